import { ROLES, type Role } from '../../../model/roles.ts';
import { lines } from '../../../wire/bytes.ts';
import { type Dialogue, reachability } from '../dialogue.ts';
import type { Observations } from '../observation.ts';

/** Time in which an answer that nobody asked for would come on loopback, in milliseconds. */
const QUIET_MS = 40;
/** How long a faulty server may take to give it. */
const FAULT_MS = 3_000;
const COMMANDS = { smtp: 'NOOP', pop3: 'CAPA', imap: 'x NOOP' } as const;
const UPGRADES = ['mx', 'pop3', 'imap'] as const;

/** One answer per protocol, joined. */
async function onEach(answer: (role: Role) => Promise<string>): Promise<string> {
  const answers: string[] = [];
  for (const role of UPGRADES) answers.push(`${role}: ${await answer(role)}`);
  return answers.join(' / ');
}

/** Commands in the clear after the go-ahead. */
async function clearAfterGoAhead(dialogue: Dialogue, role: Role): Promise<string> {
  const { client } = await dialogue.hello(role);
  await dialogue.upgrade(client, role);
  const command = COMMANDS[ROLES[role].protocol];
  client.say(command);
  const answerMs = dialogue.faulty ? FAULT_MS : 0;
  const first = await client.within(QUIET_MS, answerMs);
  if (first === '') return 'nothing';
  client.say(command);
  return `${first} ${await client.within(QUIET_MS, answerMs)}`;
}

async function handshakeAfterGoAhead(dialogue: Dialogue, role: Role): Promise<string> {
  const { client } = await dialogue.hello(role);
  const answer = await dialogue.upgrade(client, role);
  return client.tls().then(
    () => `${answer} then a handshake`,
    () => `${answer} then none`,
  );
}

async function secondUpgrade(dialogue: Dialogue, role: Role): Promise<string> {
  const { client } = await dialogue.inside(role);
  return dialogue.upgrade(client, role).catch(() => 'the end');
}

const listing = (role: Role, where: 'hello' | 'inside') => async (dialogue: Dialogue) =>
  (await dialogue[where](role)).capabilities;

/** EHLO and some commands; the last reply. */
function last(role: Role, where: 'hello' | 'inside' | 'connect', ...commands: readonly string[]) {
  return async (dialogue: Dialogue): Promise<string> => {
    const { client } = await dialogue[where](role);
    let reply = '';
    for (const command of commands) reply = await client.ask(command);
    return reply;
  };
}

/** Commands on mx, then the upgrade, then commands inside TLS without a new EHLO; the last reply. */
function across(before: readonly string[], after: readonly string[]) {
  return async (dialogue: Dialogue): Promise<string> => {
    const { client } = await dialogue.hello('mx');
    for (const command of before) await client.ask(command);
    await dialogue.upgrade(client, 'mx');
    await client.tls();
    let reply = '';
    for (const command of after) reply = await client.ask(command);
    return reply;
  };
}

const MAIL = 'MAIL FROM:<probe@client.test>';
const RCPT = 'RCPT TO:<alice@example.test>';

/** Faults of the upgrade to TLS and of what is demanded around it. */
export const UPGRADE: Observations = {
  'mx-omits-starttls': { good: /STARTTLS/, faulty: /^((?!STARTTLS).)*$/, probe: listing('mx', 'hello') },
  'submission-without-tls': {
    good: /STARTTLS.*submissions listens/,
    faulty: /^((?!STARTTLS).)*submissions closed$/,
    probe: async (dialogue) =>
      `${await listing('submission', 'hello')(dialogue)} submissions ${await reachability(dialogue, 'submissions')}`,
  },
  'submissions-closed': {
    good: /^listens$/,
    faulty: /^closed$/,
    probe: (dialogue) => reachability(dialogue, 'submissions'),
  },
  'pop3-omits-stls': {
    good: /STLS.* then \+OK/,
    faulty: /^((?!STLS).)* then \+OK/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('pop3');
      return `${capabilities} then ${await dialogue.upgrade(client, 'pop3')}`;
    },
  },
  'pop3-announces-stls-and-refuses': {
    good: /STLS.* then \+OK/,
    faulty: /STLS.* then -ERR/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('pop3');
      return `${capabilities} then ${await dialogue.upgrade(client, 'pop3')}`;
    },
  },
  'imap-omits-starttls': {
    good: /STARTTLS.* then u OK/,
    faulty: /^((?!STARTTLS).)* then u BAD/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('imap');
      return `${capabilities} then ${await dialogue.upgrade(client, 'imap')}`;
    },
  },
  'upgrade-handshake-fails': {
    good: /^mx: 220.* a handshake .*a handshake .*a handshake$/,
    faulty: /^mx: 220.* then none .* \+OK.* then none .* OK.* then none$/,
    probe: (dialogue) => onEach((role) => handshakeAfterGoAhead(dialogue, role)),
  },
  'upgrade-refused': { good: /^220/, faulty: /^502/, probe: last('submission', 'hello', 'STARTTLS') },
  'smtp-starttls-takes-parameter': {
    good: /^501/,
    faulty: /^220/,
    probe: last('mx', 'hello', 'STARTTLS now'),
  },
  'smtp-starttls-parameter-wrong-code': {
    good: /^501/,
    faulty: /^502/,
    probe: last('mx', 'hello', 'STARTTLS now'),
  },
  'smtp-keeps-hello-across-tls': {
    good: /^from new$/,
    faulty: /^from client\.test$/,
    async probe(dialogue) {
      const { client } = await dialogue.hello('mx');
      await dialogue.upgrade(client, 'mx');
      await client.tls();
      const early = await client.ask(MAIL);
      if (!early.startsWith('250')) {
        await client.ask('EHLO new');
        await client.ask(MAIL);
      }
      await client.ask(RCPT);
      await client.ask('DATA');
      client.write(lines('Subject: x', '', 'x', '.'));
      await client.reply();
      const [message] = dialogue.reference.mailbox('alice@example.test');
      return `from ${/Received: from (\S+)/.exec(message?.content.toString() ?? '')?.[1]}`;
    },
  },
  'smtp-never-demands-hello': { good: /^503/, faulty: /^250/, probe: last('mx', 'connect', MAIL) },
  'smtp-keeps-envelope-across-tls': {
    good: /^503/,
    faulty: /^354/,
    probe: across([MAIL, RCPT], ['EHLO again.test', 'DATA']),
  },
  'smtp-offers-starttls-inside-tls': {
    good: /^((?!STARTTLS).)*$/,
    faulty: /STARTTLS/,
    probe: listing('submission', 'inside'),
  },
  'imap-offers-starttls-inside-tls': {
    good: /^((?!STARTTLS).)*$/,
    faulty: /STARTTLS/,
    probe: listing('imap', 'inside'),
  },
  'pop3-offers-stls-inside-tls': { good: /^((?!STLS).)*$/, faulty: /STLS/, probe: listing('pop3', 'inside') },
  'answers-second-upgrade': {
    good: /^mx: 503.*pop3: -ERR.*imap: u BAD/,
    faulty: /^mx: 220.*pop3: \+OK.*imap: u OK/,
    probe: (dialogue) => onEach((role) => secondUpgrade(dialogue, role)),
  },
  'closes-on-second-upgrade': {
    good: /^mx: 503.*pop3: -ERR.*imap: u BAD/,
    faulty: /^mx: the end.*pop3: the end.*imap: the end/,
    probe: (dialogue) => onEach((role) => secondUpgrade(dialogue, role)),
  },
  'executes-clear-after-go-ahead': {
    good: /^((?!250|\+OK|x OK).)*$/,
    faulty: /^mx: 250.* 250.*pop3: \+OK.*imap: x OK.* x OK/,
    probe: (dialogue) => onEach((role) => clearAfterGoAhead(dialogue, role)),
  },
  'returns-to-clear-after-go-ahead': {
    good: /^((?!250|\+OK|x OK|BAD).)*$/,
    faulty: /^mx: 454.* 250.*pop3: -ERR.* \+OK.*imap: u BAD.* x OK/,
    probe: (dialogue) => onEach((role) => clearAfterGoAhead(dialogue, role)),
  },
  'pop3-serves-mailbox-without-login': {
    good: /^-ERR/,
    faulty: /^\+OK 0 0$/,
    probe: async (dialogue) => (await dialogue.inside('pop3')).client.askLine('STAT'),
  },
  'imap-serves-mailbox-without-login': {
    good: /^a BAD/,
    faulty: /0 EXISTS.*a OK/,
    probe: async (dialogue) =>
      (await (await dialogue.inside('imap')).client.imap('a', 'SELECT INBOX')).join('|'),
  },
  'upgrade-accepted-after-login': {
    good: /^-ERR.* u BAD/,
    faulty: /^\+OK.* u OK/,
    async probe(dialogue) {
      const pop3 = await dialogue.upgrade(await dialogue.loggedIn('pop3'), 'pop3');
      return `${pop3} ${await dialogue.upgrade(await dialogue.loggedIn('imap'), 'imap')}`;
    },
  },
  'imap-keeps-logindisabled-inside-tls': {
    good: /^((?!LOGINDISABLED).)*AUTH=PLAIN/,
    faulty: /^((?!AUTH=).)*LOGINDISABLED((?!AUTH=).)*$/,
    probe: listing('imap', 'inside'),
  },
  'smtp-no-auth-inside-tls': {
    good: /AUTH .*AUTH /,
    faulty: /^((?!AUTH ).)*$/,
    probe: async (dialogue) =>
      (await listing('submission', 'inside')(dialogue)) + (await listing('submissions', 'inside')(dialogue)),
  },
  'pop3-no-login-inside-tls': {
    good: /USER.*SASL/,
    faulty: /^((?!USER|SASL).)*$/,
    probe: listing('pop3', 'inside'),
  },
  'mx-demands-starttls': { good: /^250/, faulty: /^530 5\.7\.0/, probe: last('mx', 'hello', MAIL) },
  'submission-takes-mail-before-tls': {
    good: /^530/,
    faulty: /^250/,
    probe: last('submission', 'hello', MAIL, RCPT),
  },
  'submission-refuses-clear-with-other-code': {
    good: /^530/,
    faulty: /^550/,
    probe: last('submission', 'hello', MAIL),
  },
  'smtp-keeps-login-across-tls': {
    good: /^530/,
    faulty: /^250/,
    async probe(dialogue) {
      const { client } = await dialogue.hello('submission');
      await client.ask(`AUTH PLAIN ${dialogue.plain()}`);
      await dialogue.upgrade(client, 'submission');
      await client.tls();
      await client.ask('EHLO client.test');
      return client.ask('MAIL FROM:<alice@example.test>');
    },
  },
  'body-with-starttls-refused': {
    good: /^250/,
    faulty: /^554/,
    async probe(dialogue) {
      const { client } = await dialogue.hello('mx');
      for (const command of [MAIL, RCPT, 'DATA']) await client.ask(command);
      client.write(lines('Subject: x', '', 'Use STARTTLS.', '.'));
      return client.reply();
    },
  },
};
