import { check, MAILDROP, type Pop3Client } from '../../harness/check/check.ts';
import { NO_BASE64, withForeignCharacter } from '../../harness/steps/broken-base64.ts';
import { accountLogsIn } from '../../harness/steps/controls/account-logs-in.ts';
import { whileInUse } from '../../harness/steps/maildrop-in-use.ts';

export const saslExchangeKeepsTheRules = check(
  {
    id: 'POP3-010',
    slug: 'sasl-exchange-keeps-the-rules',
    title: 'AUTH exchanges: cancel, bad base64, a second AUTH, the empty challenge',
    sends:
      'AUTH PLAIN with and without initial response, cancelled, with what is no base64, and again after a login',
    demands: 'each of these is refused, the right credentials log in, and the empty challenge is "+ "',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5034#4', 'rfc4648#3.3', 'rfc2449#6.3'],
    roles: ['pop3', 'pop3s'],
    needs: ['account'],
    buildsOn: [accountLogsIn],
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
      verify.ideally.missed('SASL PLAIN is offered inside TLS', {
        expected: 'SASL PLAIN',
        actual: mechanisms.join(' ') || 'no mechanisms',
      });
      return;
    }
    const { login, password } = account();
    const right = bytes.base64(`\0${login}\0${password}`);
    const begun = async () => {
      const client = await pop3({ at: 'tls' });
      return { client, challenge: await client.command('AUTH PLAIN') };
    };
    const logIn = (client: Pop3Client) => client.command(`AUTH PLAIN ${right}`, secrets(right));

    await variant('the empty challenge, and cancel', async (verify) => {
      const { client, challenge } = await begun();
      if (!verify.reply(challenge, 'AUTH PLAIN is challenged').status('+')) return;
      verify.ideally.equal(`"${challenge.line}"`, '"+ "', 'the empty challenge is a plus and a space');
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
      const broken = withForeignCharacter(right);
      const reply = await client.command(broken, secrets(broken, right));
      verify.reply(reply, 'what is no base64 is refused').status('-ERR');
    });
    await variant('a mechanism that does not exist', async (verify) => {
      const client = await pop3({ at: 'tls' });
      const reply = await client.command(`AUTH X-${nonce.slice(0, 8).toUpperCase()}`);
      verify.reply(reply, 'it is refused').status('-ERR');
    });
    await variant('the right response', async (verify) => {
      const { reply } = await whileInUse(services, account(), async () => {
        const { client } = await begun();
        return { client, reply: await client.command(right, secrets(right)) };
      });
      verify.reply(reply, 'the right response after the challenge logs in').status('+OK');
    });
    await variant('the right initial response, and AUTH again', async (verify) => {
      const { client, reply } = await whileInUse(services, account(), async () => {
        const opened = await pop3({ at: 'tls' });
        return { client: opened, reply: await logIn(opened) };
      });
      if (!verify.reply(reply, 'the right initial response logs in').status('+OK')) return;
      verify.reply(await logIn(client), 'AUTH after a login is refused').status('-ERR');
      await client.quit();
    });
  },
);

function secrets(...texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text));
}
