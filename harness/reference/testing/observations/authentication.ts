import { base64 } from '../../../wire/bytes.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';
import { authScram, type ScramScript } from '../scram-client.ts';

/** Commands on submission inside TLS; all replies, joined. */
function asking(...commands: readonly (string | ((dialogue: Dialogue) => string))[]) {
  return async (dialogue: Dialogue): Promise<string> => {
    const { client } = await dialogue.inside('submission');
    const replies: string[] = [];
    for (const command of commands) {
      replies.push(await client.ask(typeof command === 'string' ? command : command(dialogue)));
    }
    return replies.join(' / ');
  };
}

const auth = (message: (dialogue: Dialogue) => string) => (dialogue: Dialogue) =>
  `AUTH PLAIN ${message(dialogue)}`;
const rightLogin = auth((dialogue) => dialogue.plain());
const wrongLogin = auth((dialogue) => dialogue.plain('wrong'));
const unknownLogin = auth(() => base64('\0nobody@example.test\0wrong'));
const listing = async (dialogue: Dialogue) => (await dialogue.inside('submission')).capabilities;

const REFUSED = /^535 5\.7\.8/;
const LOGGED_IN = /^235/;

/** How long an answer is awaited that only a good server gives, in milliseconds. */
const answerMs = ({ faulty }: Dialogue) => (faulty ? 100 : 3_000);

/** A SCRAM exchange whose end tells: 235 or 535. */
function scram(script: ScramScript): Observation {
  return {
    good: /^535$/,
    faulty: /^235$/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submission');
      return (await authScram(client, 'alice@example.test', dialogue.password(), script)).end;
    },
  };
}

/** Faults of SMTP AUTH and of its mechanisms. */
export const AUTHENTICATION: Observations = {
  'smtp-omits-plain-inside-tls': { good: /AUTH .* PLAIN/, faulty: /AUTH ((?!PLAIN).)*$/, probe: listing },
  'auth-plain-needs-initial-response': { good: /^334 $/, faulty: /^501/, probe: asking('AUTH PLAIN') },
  'auth-plain-challenge-not-empty': { good: /^334 $/, faulty: /^334 \S+$/, probe: asking('AUTH PLAIN') },
  'auth-refuses-everyone': { good: LOGGED_IN, faulty: REFUSED, probe: asking(rightLogin) },
  'auth-temporarily-unavailable': { good: LOGGED_IN, faulty: /^454 4\.7\.0/, probe: asking(rightLogin) },
  'auth-reveals-unknown-user': {
    good: /^(.*) \/ \1$/,
    faulty: /^535 5\.7\.8 bad password \/ 535 5\.7\.8 unknown user$/,
    probe: asking(wrongLogin, unknownLogin),
  },
  'auth-failure-other-code': { good: REFUSED, faulty: /^550/, probe: asking(wrongLogin) },
  'auth-accepts-any-password': { good: REFUSED, faulty: LOGGED_IN, probe: asking(wrongLogin) },
  'auth-accepted-twice': {
    good: /^235.* \/ 503/,
    faulty: /^235.* \/ 235/,
    probe: asking(rightLogin, rightLogin),
  },
  'auth-accepted-in-transaction': {
    good: /503 [^/]*$/,
    faulty: /235 [^/]*$/,
    probe: asking(rightLogin, 'MAIL FROM:<alice@example.test>', rightLogin),
  },
  'auth-cancel-ignored': {
    good: /^334 {2}\/ 501/,
    faulty: /^334 {2}\/ silence/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submission');
      const challenge = await client.ask('AUTH PLAIN');
      client.say('*');
      return `${challenge} / ${(await client.within(40, answerMs(dialogue))) || 'silence'}`;
    },
  },
  'auth-accepts-bad-base64': {
    good: /^501 5\.5\.2/,
    faulty: LOGGED_IN,
    probe: asking(auth((dialogue) => dialogue.plain().replace(/^(....)/, '$1!'))),
  },
  'auth-unknown-mechanism-other-code': {
    good: /^504 5\.5\.4/,
    faulty: /^535/,
    probe: asking('AUTH X-NOSUCH'),
  },
  'auth-unknown-mechanism-challenged': { good: /^504/, faulty: /^334/, probe: asking('AUTH X-NOSUCH') },
  'auth-long-response-becomes-command': {
    good: /^5\d\d [^|]*\|$/,
    faulty: /^5\d\d [^|]*\|5\d\d /,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submission');
      await client.ask('AUTH PLAIN');
      client.say('A'.repeat(8_000));
      return client.within(40, 3_000);
    },
  },
  'auth-long-response-hangs': {
    good: /^500 5\.5\.6/,
    faulty: /^$/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submission');
      await client.ask('AUTH PLAIN');
      client.say('A'.repeat(13_000));
      return client.within(40, answerMs(dialogue));
    },
  },
  'auth-accepts-empty-password': {
    good: REFUSED,
    faulty: LOGGED_IN,
    probe: asking(auth((dialogue) => dialogue.plain(''))),
  },
  'auth-accepts-foreign-authzid': {
    good: /^535/,
    faulty: /^235.* \/ 250/,
    probe: asking(
      auth((dialogue) => base64(`bob@example.test\0alice@example.test\0${dialogue.password()}`)),
      'MAIL FROM:<bob@example.test>',
    ),
  },
  'auth-ignores-authzid': {
    good: /^535/,
    faulty: /^235.* \/ 250/,
    probe: asking(
      auth((dialogue) => base64(`bob@example.test\0alice@example.test\0${dialogue.password()}`)),
      'MAIL FROM:<alice@example.test>',
    ),
  },
  'auth-accepts-nul-tricks': {
    good: /^501.* \/ 501/,
    faulty: /^235.* \/ 235/,
    async probe(dialogue) {
      const one = auth(({ password }) => base64(`alice@example.test\0${password()}`));
      const three = auth(({ password }) => base64(`\0alice@example.test\0${password()}\0more`));
      return `${await asking(one)(dialogue)} / ${await asking(three)(dialogue)}`;
    },
  },
  'auth-offers-anonymous': {
    good: /^504/,
    faulty: /^235.* \/ 250.* \/ 250/,
    probe: asking('AUTH ANONYMOUS dGVzdA==', 'MAIL FROM:<probe@client.test>', 'RCPT TO:<x@elsewhere.test>'),
  },
  'auth-offers-only-plain': { good: /SCRAM-SHA-256/, faulty: /AUTH PLAIN LOGIN(\||$)/, probe: listing },
  'auth-offers-weak-mechanisms': {
    good: /^((?!CRAM-MD5).)*$/,
    faulty: /PLAIN LOGIN CRAM-MD5/,
    probe: listing,
  },
  'auth-external-without-certificate': {
    good: /^504/,
    faulty: LOGGED_IN,
    probe: asking(`AUTH EXTERNAL ${base64('alice@example.test')}`),
  },
  'auth-accepted-before-ehlo': {
    good: /^503/,
    faulty: LOGGED_IN,
    async probe(dialogue) {
      const { client } = await dialogue.connect('submissions');
      return client.ask(`AUTH PLAIN ${dialogue.plain()}`);
    },
  },
  'auth-drops-after-first-failure': {
    good: /^535.* \/ 250/,
    faulty: /^535.* \/ the end/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submission');
      const refused = await client.ask(wrongLogin(dialogue));
      return `${refused} / ${await client.ask('NOOP').catch(() => 'the end')}`;
    },
  },
  'auth-never-slows-down': {
    good: /421[^/]*$/,
    faulty: /535[^/]*$/,
    probe: asking(...Array.from({ length: 10 }, () => wrongLogin)),
  },
  'scram-constant-nonce': {
    good: /^535 fresh$/,
    faulty: /^235 repeated$/,
    async probe(dialogue) {
      const script = { clientNonce: 'sameClientNonce' };
      const attempt = async (replay?: string) =>
        authScram((await dialogue.inside('submission')).client, 'alice@example.test', dialogue.password(), {
          ...script,
          ...(replay ? { replay } : {}),
        });
      const first = await attempt();
      const second = await attempt(first.clientFinal);
      return `${second.end} ${second.nonce === first.nonce ? 'repeated' : 'fresh'}`;
    },
  },
  'scram-accepts-wrong-proof': scram({ spoil: 'proof' }),
  'scram-wrong-server-signature': {
    good: /^235 signed$/,
    faulty: /^235 not signed$/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submission');
      const { end, signed } = await authScram(client, 'alice@example.test', dialogue.password());
      return `${end} ${signed ? 'signed' : 'not signed'}`;
    },
  },
  'scram-accepts-changed-nonce': scram({ spoil: 'nonce' }),
  'scram-accepts-mandatory-extension': scram({ extension: 'm=ext,' }),
  'scram-few-iterations': {
    good: /^235 4096$/,
    faulty: /^235 1000$/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submission');
      const { end, iterations } = await authScram(client, 'alice@example.test', dialogue.password());
      return `${end} ${iterations}`;
    },
  },
  'scram-accepts-downgrade-flag': scram({ flag: 'y' }),
  'scram-ignores-channel-binding': scram({ plus: true, flag: 'p=tls-exporter', binding: Buffer.alloc(32) }),
  'scram-plus-without-exporter': {
    good: /SCRAM-SHA-256-PLUS.* 235$/,
    faulty: /SCRAM-SHA-256-PLUS.* 535$/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.inside('submission');
      const binding = client.tlsSocket?.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      const script = { plus: true, flag: 'p=tls-exporter', ...(binding ? { binding } : {}) };
      const { end } = await authScram(client, 'alice@example.test', dialogue.password(), script);
      return `${capabilities} ${end}`;
    },
  },
};
