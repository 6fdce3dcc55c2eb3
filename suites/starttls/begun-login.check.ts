import { check, MAILDROP, type Services, type Verify } from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';
import { handshakeOf } from './upgrade-session.ts';

/** A login in two halves with the upgrade between them. */
interface HalvedLogin {
  /** Begins it in the clear; a secret is asked for where that is positive. */
  begin(): Promise<Reply>;
  /** Sends the upgrade command where the secret is awaited, or else again after what that drew, and completes TLS. */
  upgrade(): Promise<Reply>;
  /** Sends the secret inside TLS; positive: logged in. */
  finish(): Promise<Reply>;
}

interface Reply {
  readonly positive: boolean;
  readonly line: string;
}

export const begunLoginIsForgotten = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-029',
    slug: 'begun-login-is-forgotten',
    title: 'A login that began before TLS does not go on inside it',
    sends:
      'AUTH or AUTHENTICATE PLAIN in the clear, by POP3 USER too; where a secret is asked for, the upgrade command instead, and the secret inside TLS',
    demands: 'nothing in the clear is taken for the first half of a login',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4.2', 'rfc2595#4', 'rfc9051#6.2.1'],
    needs: ['account'],
    effect: 'fails-logins',
    budget: '15s',
    resources: [MAILDROP],
    limits: ['A name that POP3 keeps from USER in the clear is a warning.'],
    kills: ['begun-login-survives-upgrade'],
  },
  async (services) => {
    const { role, variant } = services;
    await variant('SASL', (verify) => judge(services, verify, saslOf));
    // No RFC has POP3 servers forget a name; one that came in the clear may be an attacker's.
    if (role === 'pop3') await variant('USER', (verify) => judge(services, verify.ideally, userOf));
  },
);

async function judge(
  services: Services,
  verify: Omit<Verify, 'ideally'>,
  open: (services: Services) => Promise<HalvedLogin>,
): Promise<void> {
  const login = await open(services);
  const begun = await login.begin();
  if (!begun.positive) services.notApplicable('No login can begin before TLS.', begun.line);
  const upgraded = await login.upgrade();
  const demand = 'the secret inside TLS ends no login that began in the clear';
  if (!upgraded.positive) return void verify.met(demand, upgraded.line);
  const finished = await login.finish();
  verify.that(!finished.positive, { demand, expected: 'a refusal', actual: finished.line });
}

/** Asked for when it is needed: where no login begins, no account is. */
type Secret = () => string;

function saslOf(services: Services): Promise<HalvedLogin> {
  const { role, account, bytes } = services;
  const secret = () => bytes.base64(`\0${account().login}\0${account().password}`);
  if (role === 'pop3') return byPop3(services, 'AUTH PLAIN', secret);
  return role === 'imap' ? byImap(services, secret) : bySmtp(services, secret);
}

function userOf(services: Services): Promise<HalvedLogin> {
  const { account, target, nonce } = services;
  const login = target.accounts[0]?.login ?? `probe-${nonce}@${target.domain}`;
  return byPop3(services, `USER ${login}`, () => `PASS ${account().password}`);
}

async function bySmtp({ smtp, target }: Services, secret: Secret): Promise<HalvedLogin> {
  const client = await smtp({ at: 'ready' });
  return {
    async begin() {
      const reply = await client.command('AUTH PLAIN');
      return { positive: reply.code === 334, line: lineOf(reply) };
    },
    async upgrade() {
      const options = { serverName: target.hostname };
      let goAhead = await client.startTls(options);
      if (goAhead.code !== 220 && !client.connection.ended) goAhead = await client.startTls(options);
      return { positive: goAhead.code === 220, line: lineOf(goAhead) };
    },
    async finish() {
      const text = secret();
      const reply = await client.command(text, [Buffer.from(text)]);
      return { positive: reply.code === 235, line: lineOf(reply) };
    },
  };
}

async function byPop3({ pop3, target }: Services, begin: string, secret: Secret): Promise<HalvedLogin> {
  const client = await pop3({ at: 'ready' });
  return {
    async begin() {
      const { status, line } = await client.command(begin);
      return { positive: status !== '-ERR', line };
    },
    async upgrade() {
      const options = { serverName: target.hostname };
      let goAhead = await client.startTls(options);
      if (goAhead.status !== '+OK' && !client.connection.ended) goAhead = await client.startTls(options);
      return { positive: goAhead.status === '+OK', line: goAhead.line };
    },
    async finish() {
      const text = secret();
      const { status, line } = await client.command(text, [Buffer.from(text)]);
      return { positive: status === '+OK', line };
    },
  };
}

async function byImap({ imap, bytes, target }: Services, secret: Secret): Promise<HalvedLogin> {
  const client = await imap({ at: 'ready' });
  const { connection } = client;
  const answer = async (awaited: string) => {
    for (;;) {
      const response = await client.next(awaited);
      if (response.kind !== 'untagged') return response;
      // RFC 9051 §7.1.3: what is no command has no tag.
      if (response.label === 'BAD') return response;
    }
  };
  return {
    async begin() {
      client.send('AUTHENTICATE PLAIN');
      const response = await answer('the reply to AUTHENTICATE');
      return { positive: response.kind === 'continuation', line: response.line };
    },
    async upgrade() {
      client.raw(bytes.line('up STARTTLS'));
      const response = await answer('the reply to STARTTLS');
      if (response.kind === 'tagged' && response.tag === 'up' && response.status === 'OK') {
        const failure = await handshakeOf(connection, target.hostname);
        return { positive: failure === null, line: failure ?? response.line };
      }
      const goAhead = await client.startTls({ serverName: target.hostname });
      return { positive: goAhead.status === 'OK', line: goAhead.line };
    },
    async finish() {
      const text = secret();
      client.raw(bytes.line(text), [Buffer.from(text)]);
      const response = await answer('the reply to a secret');
      return { positive: response.kind === 'tagged' && response.status === 'OK', line: response.line };
    },
  };
}
