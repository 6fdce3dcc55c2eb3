import { createHash } from 'node:crypto';
import { base64 } from '../../../wire/bytes.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Observations } from '../observation.ts';

const listing = (role: 'mx' | 'submission' | 'pop3' | 'imap') => async (dialogue: Dialogue) =>
  (await dialogue.hello(role)).capabilities;

async function pop3Login(dialogue: Dialogue, password = dialogue.password()): Promise<string> {
  const { client } = await dialogue.connect('pop3');
  const user = await client.askLine('USER alice@example.test');
  return `${user} / ${await client.askLine(`PASS ${password}`)}`;
}

/** Faults of authentication before TLS. */
export const BEFORE_TLS: Observations = {
  'smtp-advertises-plain-before-tls': {
    good: /^((?!AUTH ).)*$/,
    faulty: /AUTH PLAIN LOGIN.*, then 530/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('submission');
      return `${capabilities}, then ${await client.ask(`AUTH PLAIN ${dialogue.plain()}`)}`;
    },
  },
  'mx-advertises-plain-before-tls': {
    good: /^((?!AUTH ).)*$/,
    faulty: /AUTH LOGIN PLAIN.*, then 235/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('mx');
      return `${capabilities}, then ${await client.ask(`AUTH PLAIN ${dialogue.plain()}`)}`;
    },
  },
  'smtp-advertises-bearer-before-tls': {
    good: /530/,
    faulty: /AUTH OAUTHBEARER XOAUTH2.*, then 334/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('submission');
      return `${capabilities}, then ${await client.ask('AUTH OAUTHBEARER')}`;
    },
  },
  'smtp-accepts-hidden-auth-before-tls': {
    good: /530/,
    faulty: /^((?!AUTH ).)*, then 235/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('submission');
      return `${capabilities}, then ${await client.ask(`AUTH PLAIN ${dialogue.plain()}`)}`;
    },
  },
  'mx-accepts-hidden-auth-before-tls': {
    good: /503/,
    faulty: /^((?!AUTH ).)*, then 334 \S+ 334 \S+ 235/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('mx');
      const first = await client.ask('AUTH LOGIN');
      if (!first.startsWith('334')) return `${capabilities}, then ${first}`;
      const second = await client.ask(base64('alice@example.test'));
      return `${capabilities}, then ${first} ${second} ${await client.ask(base64(dialogue.password()))}`;
    },
  },
  'smtp-evaluates-password-before-tls': {
    good: /^530.*\/ 530/,
    faulty: /^535.*\/ 538/,
    async probe(dialogue) {
      const { client } = await dialogue.hello('submission');
      const wrong = await client.ask(`AUTH PLAIN ${dialogue.plain('wrong')}`);
      return `${wrong} / ${await client.ask(`AUTH PLAIN ${dialogue.plain()}`)}`;
    },
  },
  'smtp-offers-cram-md5-before-tls': {
    good: /^((?!AUTH ).)*$/,
    faulty: /AUTH CRAM-MD5/,
    probe: listing('submission'),
  },
  'pop3-accepts-user-pass-before-tls': {
    good: /^-ERR.*\/ -ERR/,
    faulty: /^\+OK.*\/ \+OK/,
    probe: pop3Login,
  },
  'pop3-solicits-password-before-tls': {
    good: /^-ERR.*\/ -ERR/,
    faulty: /^\+OK.*\/ -ERR/,
    probe: pop3Login,
  },
  'pop3-lists-plain-before-tls': {
    good: /^((?!USER|SASL).)*$/,
    faulty: /USER.*SASL PLAIN LOGIN.*, then -ERR.* -ERR/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('pop3');
      const user = await client.askLine('USER alice@example.test');
      return `${capabilities}, then ${user} ${await client.askLine('AUTH PLAIN')}`;
    },
  },
  'pop3-accepts-sasl-plain-before-tls': {
    good: /^-ERR/,
    faulty: /^\+ , then \+OK/,
    async probe(dialogue) {
      const { client } = await dialogue.connect('pop3');
      const challenge = await client.askLine('AUTH PLAIN');
      return challenge === '+ ' ? `${challenge}, then ${await client.askLine(dialogue.plain())}` : challenge;
    },
  },
  'pop3-offers-apop-before-tls': {
    good: /^-ERR/,
    faulty: /SASL CRAM-MD5.*, then \+OK/,
    async probe(dialogue) {
      const { client, greeting } = await dialogue.connect('pop3');
      const stamp = /<[^>]+@[^>]+>/.exec(greeting)?.[0] ?? '';
      await client.askLine('CAPA');
      const capabilities = await client.untilDot();
      const digest = createHash('md5')
        .update(stamp + dialogue.password())
        .digest('hex');
      const login = await client.askLine(`APOP alice@example.test ${digest}`);
      return stamp ? `${capabilities.join('|')}, then ${login}` : login;
    },
  },
  'pop3-refuses-right-password-differently': {
    good: /^(.*) and \1$/,
    faulty: /-ERR \[AUTH\] wrong password and .*-ERR TLS required$/,
    probe: async (dialogue) => `${await pop3Login(dialogue, 'wrong')} and ${await pop3Login(dialogue)}`,
  },
  'imap-omits-logindisabled': {
    good: /LOGINDISABLED/,
    faulty: /^((?!LOGINDISABLED).)*AUTH=PLAIN, then a NO.* b NO/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('imap');
      const login = await client.askLine(`a LOGIN alice@example.test ${dialogue.password()}`);
      return `${capabilities}, then ${login} ${await client.askLine('b AUTHENTICATE PLAIN')}`;
    },
  },
  'imap-accepts-login-before-tls': {
    good: /^a NO \[PRIVACYREQUIRED\]/,
    faulty: /^a OK/,
    async probe(dialogue) {
      const { client } = await dialogue.connect('imap');
      return client.askLine(`a LOGIN alice@example.test ${dialogue.password()}`);
    },
  },
  'imap-accepts-authenticate-before-tls': {
    good: /, then a NO/,
    faulty: /AUTH=PLAIN, then a OK/,
    async probe(dialogue) {
      const { client, capabilities } = await dialogue.hello('imap');
      return `${capabilities}, then ${await client.askLine(`a AUTHENTICATE PLAIN ${dialogue.plain()}`)}`;
    },
  },
  'imap-refuses-right-password-differently': {
    good: /^a NO \[PRIVACYREQUIRED\].*a NO \[PRIVACYREQUIRED\]/,
    faulty: /^a NO \[AUTHENTICATIONFAILED\].*a NO \[PRIVACYREQUIRED\]/,
    async probe(dialogue) {
      const { client } = await dialogue.connect('imap');
      const wrong = await client.askLine('a LOGIN alice@example.test wrong');
      return `${wrong} ${await client.askLine(`a LOGIN alice@example.test ${dialogue.password()}`)}`;
    },
  },
  'imap-greeting-capabilities-disagree': {
    good: /LOGINDISABLED.* against .*LOGINDISABLED/,
    faulty: /^((?!LOGINDISABLED).)* against .*LOGINDISABLED/,
    async probe(dialogue) {
      const { client, greeting } = await dialogue.connect('imap');
      return `${greeting} against ${(await client.imap('a', 'CAPABILITY'))[0]}`;
    },
  },
  'imap-sends-preauth': {
    good: /^\* OK.* then a BAD/,
    faulty: /^\* PREAUTH.* then \* FLAGS/,
    async probe(dialogue) {
      const { client, greeting } = await dialogue.connect('imap');
      return `${greeting} then ${await client.askLine('a SELECT INBOX')}`;
    },
  },
};
