import { check, type ImapClient, type ImapReply, type Services } from '../../harness/check/check.ts';

/** What is no base64 (RFC 4648 §3): the last two decode to something where a server is lenient. */
const NO_BASE64 = ['=AAA', '!!!!', 'AAA=BBB'];

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
    clauses: ['rfc9051#6.2.2', 'rfc4959#3', 'rfc3501#6.2.2'],
    roles: ['imap', 'imaps'],
    needs: ['account', 'account-2'],
    effect: 'fails-logins',
    safety: 'safe',
    budget: '120s',
    kills: ['imap-accepts-bad-base64', 'auth-accepts-foreign-authzid', 'auth-ignores-authzid'],
  },
  async (services) => {
    const { imap, variant, bytes, account, target, nonce, notApplicable } = services;
    const { login, password } = account();
    const right = bytes.base64(`\0${login}\0${password}`);
    const open = async () => {
      const client = await imap({ at: 'tls' });
      await client.capability();
      return client;
    };
    const probe = await open();
    const listed = [...(probe.capabilities ?? [])];
    probe.connection.close();
    const oneStep = listed.includes('SASL-IR') || listed.includes('IMAP4REV2');

    await variant('the right response', async (verify) => {
      const { reply } = await twoSteps(services, await open(), right);
      verify.reply(reply, 'the right response behind the challenge logs in').status('OK');
    });
    await variant('the right initial response', async (verify) => {
      if (!oneStep)
        notApplicable('Initial responses are not offered.', `CAPABILITY lists ${listed.join(' ')}`);
      const reply = await (await open()).command(`AUTHENTICATE PLAIN ${right}`, {
        secrets: [Buffer.from(right)],
      });
      verify.reply(reply, 'the right initial response logs in').status('OK');
    });
    for (const text of ['*', ...NO_BASE64]) {
      await variant(`${text} as response`, async (verify) => {
        const { reply } = await twoSteps(services, await open(), text);
        verify.reply(reply, 'the exchange is refused').status('NO', 'BAD');
        verify.ideally.reply(reply, 'the exchange is refused with BAD').status('BAD');
      });
    }
    await variant('the right response with characters outside of base64', async (verify) => {
      const { reply } = await twoSteps(services, await open(), `${right.slice(0, 4)}!${right.slice(4)}`);
      verify.reply(reply, 'what is no base64 is refused').status('NO', 'BAD');
      verify.ideally.reply(reply, 'what is no base64 is refused with BAD').status('BAD');
    });
    await variant('a mechanism that does not exist', async (verify) => {
      const reply = await (await open()).command(`AUTHENTICATE X-${nonce.slice(0, 8).toUpperCase()}`);
      verify.reply(reply, 'it is refused').status('NO', 'BAD');
      verify.ideally.reply(reply, 'it is refused with NO').status('NO');
    });
    await variant('an empty initial response', async (verify) => {
      if (!oneStep)
        notApplicable('Initial responses are not offered.', `CAPABILITY lists ${listed.join(' ')}`);
      const reply = await (await open()).command('AUTHENTICATE PLAIN =');
      verify.reply(reply, 'empty credentials are refused').status('NO', 'BAD');
    });
    await variant('the second account as authorization identity', async (verify) => {
      const other = services.secondAccount();
      if (target.claims.proxyLogins.includes(other.login))
        notApplicable(
          'The first account may act as the second one.',
          `claims.proxy-logins names ${other.login}`,
        );
      const { reply } = await twoSteps(
        services,
        await open(),
        bytes.base64(`${other.login}\0${login}\0${password}`),
      );
      verify.reply(reply, 'nobody may act as another user').status('NO', 'BAD');
    });
  },
);

async function twoSteps(
  { bytes, inconclusive }: Services,
  client: ImapClient,
  response: string,
): Promise<{ readonly reply: ImapReply }> {
  const tag = client.send('AUTHENTICATE PLAIN');
  const challenge = await client.reply(tag, 'the challenge of AUTHENTICATE');
  if (challenge.status !== '+')
    inconclusive('precondition', `AUTHENTICATE PLAIN is refused inside TLS: ${challenge.text}`);
  client.raw(bytes.line(response), response === '*' ? [] : [Buffer.from(response)]);
  return { reply: await client.reply(tag, 'the reply to a SASL response') };
}
