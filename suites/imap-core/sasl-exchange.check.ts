import {
  type Account,
  check,
  type ImapClient,
  type ImapReply,
  type Services,
} from '../../harness/check/check.ts';
import { NO_BASE64, withForeignCharacter } from '../../harness/steps/broken-base64.ts';
import { accountLogsIn } from '../../harness/steps/controls/account-logs-in.ts';
import { beforeLogin, listOf } from './before-login.ts';
import { demandOk, withOwnFolder } from './own-folder.ts';

export const authenticateKeepsTheRules = check(
  {
    id: 'IMAP-005',
    slug: 'authenticate-keeps-the-rules',
    title: 'AUTHENTICATE PLAIN works with and without initial response; cancel and bad base64 get BAD',
    sends:
      'AUTHENTICATE PLAIN with and without initial response, cancelled, with what is no base64, and for another user',
    demands: 'the right credentials log in; everything else is refused, cancel and bad base64 with BAD',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9051#6.2.2', 'rfc9051#2.2.1', 'rfc4959#3', 'rfc3501#6.2.2', 'rfc3501#2.2.1', 'rfc2595#6'],
    roles: ['imap', 'imaps'],
    needs: ['account', 'account-2'],
    buildsOn: [accountLogsIn],
    effect: 'fails-logins',
    safety: 'safe',
    budget: '120s',
    kills: ['imap-accepts-bad-base64', 'auth-accepts-foreign-authzid', 'auth-ignores-authzid'],
  },
  async (services) => {
    const { variant, bytes, account, target, nonce, notApplicable } = services;
    const { login, password } = account();
    const right = bytes.base64(`\0${login}\0${password}`);
    const demandInitialResponse = (client: ImapClient) => {
      if (['SASL-IR', 'IMAP4REV2'].some((name) => client.capabilities?.has(name))) return;
      notApplicable('Initial responses are not offered.', listOf(client));
    };
    const refusedInTwoSteps = (name: string, response: string, what: string) =>
      variant(name, async (verify) => {
        const reply = await twoSteps(services, response);
        verify.reply(reply, `${what} is refused`).status('NO', 'BAD');
        verify.ideally.reply(reply, `${what} is refused with BAD`).status('BAD');
      });

    await variant('the right response', async (verify) => {
      const reply = await twoSteps(services, right);
      verify.reply(reply, 'the right response after the challenge logs in').status('OK');
    });
    await variant('the right initial response', async (verify) => {
      const client = await beforeLogin(services);
      demandInitialResponse(client);
      const reply = await client.command(`AUTHENTICATE PLAIN ${right}`, { secrets: [Buffer.from(right)] });
      verify.reply(reply, 'the right initial response logs in').status('OK');
    });
    for (const text of ['*', ...NO_BASE64])
      await refusedInTwoSteps(`${text} as response`, text, 'the exchange');
    await refusedInTwoSteps(
      'the right response with characters outside of base64',
      withForeignCharacter(right),
      'what is no base64',
    );
    await variant('a mechanism that does not exist', async (verify) => {
      const client = await beforeLogin(services);
      const reply = await client.command(`AUTHENTICATE X-${nonce.slice(0, 8).toUpperCase()}`);
      verify.reply(reply, 'it is refused').status('NO', 'BAD');
      verify.ideally.reply(reply, 'it is refused with NO').status('NO');
    });
    await variant('an empty initial response', async (verify) => {
      const client = await beforeLogin(services);
      demandInitialResponse(client);
      const reply = await client.command('AUTHENTICATE PLAIN =');
      verify.reply(reply, 'empty credentials are refused').status('NO', 'BAD');
    });
    await variant('the second account as authorization identity', async (verify) => {
      const other = services.secondAccount();
      if (target.claims.proxyLogins.includes(other.login))
        notApplicable(
          'The first account may act as the second one.',
          `claims.proxy-logins names ${other.login}`,
        );
      const response = bytes.base64(`${other.login}\0${login}\0${password}`);
      const { client, reply } = await logIn(services, response);
      client.connection.close();
      const demand = 'nobody may act as another user';
      if (reply.status !== 'OK') {
        verify.reply(reply, demand).status('NO', 'BAD');
        return;
      }
      // Some servers overlook the identity, and the user is in a mailbox of his own.
      const sees = await seesFolderOf(services, other, response);
      const strength = sees ? verify : verify.ideally;
      strength.missed(demand, {
        expected: 'NO or BAD',
        actual: `${reply.text}, and ${sees ? 'a folder of the other user is there' : 'no folder of the other user is to be seen'}`,
      });
    });
  },
);

/** Whether the session that a response of PLAIN opens shows a folder that another user just made for himself. */
async function seesFolderOf(services: Services, account: Account, response: string): Promise<boolean> {
  let sees = false;
  await withOwnFolder(
    services,
    async ({ name }) => {
      const { client, reply } = await logIn(services, response);
      demandOk(services, reply, 'A login that worked before');
      sees = (await client.command(`STATUS "${name}" (MESSAGES)`)).status === 'OK';
    },
    { account },
  );
  return sees;
}

/** The reply to a response of AUTHENTICATE PLAIN. */
async function twoSteps(services: Services, response: string): Promise<ImapReply> {
  const { reply } = await logIn(services, response);
  return reply;
}

/** AUTHENTICATE PLAIN on a new connection, and a response after the challenge. */
async function logIn(
  services: Services,
  response: string,
): Promise<{ client: ImapClient; reply: ImapReply }> {
  const { bytes, inconclusive } = services;
  const client = await beforeLogin(services);
  const tag = client.send('AUTHENTICATE PLAIN');
  const challenge = await client.reply(tag, 'the challenge of AUTHENTICATE');
  if (challenge.status !== '+')
    inconclusive('precondition', `AUTHENTICATE PLAIN is refused inside TLS: ${challenge.text}`);
  client.raw(bytes.line(response), response === '*' ? [] : [Buffer.from(response)]);
  return { client, reply: await client.reply(tag, 'the reply to a SASL response') };
}
