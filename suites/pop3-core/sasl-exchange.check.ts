import { check, type Pop3Client, type Pop3Reply, type Services } from '../../harness/check/check.ts';
import { MAILDROP } from './own-mail.ts';

/** What is no base64 (RFC 4648 §3): the last two decode to something where a server is lenient. */
const NO_BASE64 = ['=AAA', '!!!!', 'AAA=BBB'];
/** Waits for a maildrop that somebody else holds, in milliseconds. */
const BUSY_PAUSES = [250, 1_000, 4_000];

export const saslExchangeKeepsTheRules = check(
  {
    id: 'POP3-010',
    slug: 'sasl-exchange-keeps-the-rules',
    title: 'AUTH exchanges: cancel, bad base64, a second AUTH, the empty challenge',
    sends:
      'AUTH PLAIN with and without initial response, cancelled, with what is no base64, and again behind a login',
    demands: 'each of these is refused, the right credentials log in, and the empty challenge is "+ "',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5034#4', 'rfc4648#3.3'],
    roles: ['pop3', 'pop3s'],
    needs: ['account'],
    effect: 'fails-logins',
    safety: 'safe',
    budget: '90s',
    resources: [MAILDROP],
    kills: ['pop3-accepts-bad-base64', 'pop3-auth-accepted-twice'],
  },
  async (services) => {
    const { pop3, variant, bytes, account, verify, nonce } = services;
    const probe = await pop3({ at: 'tls' });
    const { mechanisms } = await probe.capa();
    const offered = mechanisms.includes('PLAIN') || (await probe.command('AUTH PLAIN')).status === '+';
    probe.connection.close();
    if (!offered) {
      verify.ideally.that(false, {
        demand: 'SASL PLAIN is offered inside TLS',
        expected: 'SASL PLAIN',
        actual: mechanisms.join(' ') || 'no mechanisms',
      });
      return;
    }
    const { login, password } = account();
    const right = bytes.base64(`\0${login}\0${password}`);
    const begun = async (): Promise<{ client: Pop3Client; challenge: Pop3Reply }> => {
      const client = await pop3({ at: 'tls' });
      return { client, challenge: await client.command('AUTH PLAIN') };
    };

    await variant('the empty challenge, and cancel', async (verify) => {
      const { client, challenge } = await begun();
      if (!verify.reply(challenge, 'AUTH PLAIN is challenged').status('+')) return;
      verify.ideally.that(challenge.line === '+ ', {
        demand: 'the empty challenge is a plus and a space',
        expected: '"+ "',
        actual: `"${challenge.line}"`,
      });
      verify.reply(await client.command('*'), 'a cancelled exchange is refused').status('-ERR');
    });
    for (const text of NO_BASE64) {
      await variant(`${text} as response`, async (verify) => {
        const { client } = await begun();
        verify.reply(await client.command(text), 'what is no base64 is refused').status('-ERR');
      });
    }
    await variant('the right response with characters outside of base64', async (verify) => {
      const { client } = await begun();
      const broken = `${right.slice(0, 4)}!${right.slice(4)}`;
      verify
        .reply(await client.command(broken, secrets(broken, right)), 'what is no base64 is refused')
        .status('-ERR');
    });
    await variant('a mechanism that does not exist', async (verify) => {
      const client = await pop3({ at: 'tls' });
      verify
        .reply(await client.command(`AUTH X-${nonce.slice(0, 8).toUpperCase()}`), 'it is refused')
        .status('-ERR');
    });
    await variant('the right response', async (verify) => {
      const { reply } = await patient(services, async () => {
        const { client } = await begun();
        return { client, reply: await client.command(right, secrets(right)) };
      });
      verify.reply(reply, 'the right response behind the challenge logs in').status('+OK');
    });
    await variant('the right initial response, and AUTH again', async (verify) => {
      const { client, reply } = await patient(services, async () => {
        const opened = await pop3({ at: 'tls' });
        return { client: opened, reply: await opened.command(`AUTH PLAIN ${right}`, secrets(right)) };
      });
      if (!verify.reply(reply, 'the right initial response logs in').status('+OK')) return;
      verify
        .reply(await client.command(`AUTH PLAIN ${right}`, secrets(right)), 'AUTH behind a login is refused')
        .status('-ERR');
      await client.quit();
    });
  },
);

function secrets(...texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text));
}

/** Repeats a login while somebody else holds the maildrop. */
async function patient(
  { pause }: Services,
  attempt: () => Promise<{ client: Pop3Client; reply: Pop3Reply }>,
): Promise<{ client: Pop3Client; reply: Pop3Reply }> {
  for (const wait of BUSY_PAUSES) {
    const outcome = await attempt();
    if (outcome.reply.responseCode !== 'IN-USE') return outcome;
    outcome.client.connection.close();
    await pause(wait);
  }
  return attempt();
}
