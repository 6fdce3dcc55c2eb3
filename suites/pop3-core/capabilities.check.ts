import { check, type Pop3Client, type Services } from '../../harness/check/check.ts';
import { accountLogsIn } from '../../harness/steps/controls/account-logs-in.ts';
import { OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

/** Capabilities that servers take away once they are of no use any more. */
const USED_UP = ['STLS', 'SASL', 'USER', 'APOP', 'LANG', 'UTF8'];
const VERSION = /\d+\.\d+/;

export const capabilitiesAreTrue = check(
  {
    ...OWN_MAIL,
    id: 'POP3-003',
    slug: 'capabilities-are-true',
    title: 'CAPA works in both states and tells the truth',
    sends: 'CAPA before and after the login, then the command of each capability that is listed',
    demands: 'capabilities of the first state are listed in both, and each listed command is known',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc2449#5', 'rfc2449#6.1', 'rfc2449#6.3', 'rfc2449#6.6', 'rfc2449#6.8', 'rfc5034#3'],
    budget: '30s',
    buildsOn: [accountLogsIn],
    limits: [`${USED_UP.join(', ')} may be listed before the login only.`],
    kills: ['pop3-lists-top-and-refuses'],
  },
  async (services) => {
    const { pop3, verify } = services;
    const before = await pop3({ at: 'tls' });
    const { capabilities: first, mechanisms, reply } = await before.capa();
    before.connection.close();
    if (!verify.ideally.reply(reply, 'CAPA is implemented').status('+OK') || !first) return;
    if (mechanisms.includes('PLAIN')) await verifyPlain(services);

    await withOwnMail(services, [ownMail(services, 'only')], async (open) => {
      const session = await open();
      const { client } = session;
      const { capabilities: second } = await client.capa();
      const lost = [...first.keys()].filter((name) => !USED_UP.includes(name) && !second?.has(name));
      verify.that(second !== undefined && lost.length === 0, {
        demand: 'CAPA after the login lists what it listed before',
        expected: [...first.keys()].join(' '),
        actual: second ? [...second.keys()].join(' ') || 'an empty list' : 'a refusal',
      });
      const listed = new Set([...first.keys(), ...(second?.keys() ?? [])]);
      await verifyCommands(services, client, listed, session.number('only'));
      await client.quit();
    });
    const implementation = first.get('IMPLEMENTATION') ?? '';
    verify.ideally.that(!VERSION.test(implementation), {
      demand: 'IMPLEMENTATION does not disclose a version',
      expected: 'no version',
      actual: implementation || 'no IMPLEMENTATION',
    });
  },
);

async function verifyCommands(
  { verify, bytes }: Services,
  client: Pop3Client,
  listed: ReadonlySet<string>,
  number: number,
): Promise<void> {
  if (listed.has('TOP')) {
    const { reply } = await client.top(number, 0);
    verify.reply(reply, 'TOP, listed by CAPA, works').status('+OK');
  }
  if (listed.has('UIDL')) {
    const { reply } = await client.uidl();
    verify.reply(reply, 'UIDL, listed by CAPA, works').status('+OK');
  }
  if (listed.has('PIPELINING')) {
    client.raw(bytes.lines('STAT', `LIST ${number}`, 'NOOP'));
    for (const command of ['STAT', 'LIST', 'NOOP'])
      verify
        .reply(
          await client.reply(`the reply to ${command}`),
          `${command} of three commands in one segment is answered`,
        )
        .status('+OK');
  }
}

async function verifyPlain(services: Services): Promise<void> {
  const { pop3, sasl, account, verify } = services;
  const client = await pop3({ at: 'tls' });
  const { outcome } = await sasl.authenticatePop3(client, sasl.plain(account()));
  if (outcome.kind === 'reply' && outcome.reply.responseCode !== 'IN-USE')
    verify.reply(outcome.reply, 'SASL PLAIN, listed by CAPA, works').status('+OK');
  await client.quit();
}
