import {
  type Account,
  type CheckDefinition,
  check,
  type Role,
  type Services,
} from '../../harness/check/check.ts';
import { assertClosedBefore, assertMxServesStrangers } from './controls.ts';
import { LOGIN_CHECK } from './login-check.ts';
import {
  isPositive,
  type MailboxProtocol,
  type MailboxReply,
  mailboxRoles,
  openMailbox,
} from './mailbox-login.ts';
import { judgeEach } from './relay-watch.ts';

/** Something that a client does at a mailbox service, and its name. */
interface Approach {
  readonly name: string;
  readonly protocol: MailboxProtocol;
  /** False where the service has no such way. */
  run(at: { readonly role: Role; readonly vantage: string }): Promise<boolean>;
}

/** What the checks have in common in which nobody logs in. */
const APPROACH_CHECK = {
  ...LOGIN_CHECK,
  level: 'MUST',
  severity: 'critical',
  roles: ['pop3', 'pop3s', 'imap', 'imaps'],
} as const satisfies Partial<CheckDefinition>;

export const failedLoginOpensNothing = check(
  {
    ...APPROACH_CHECK,
    id: 'PBS-004',
    slug: 'failed-login-opens-nothing',
    title: 'A failed login opens no window',
    sends:
      'USER and PASS with a wrong password, APOP with a wrong digest, IMAP LOGIN with a wrong password, each from an address of its own; afterwards messages of the account to somebody elsewhere',
    demands: 'every message is refused',
    // Wrong passwords, but one for each way in and from addresses that nobody else uses.
    effect: 'delivers',
    budget: '90s',
    connections: 3,
    kills: ['pop-before-smtp-opened-by-failed-login'],
  },
  async (services) => {
    const { target, inconclusive } = services;
    // The last one: window checks need the first to stay unlocked.
    const account = target.accounts.findLast(({ disposable }) => disposable);
    if (!account)
      return inconclusive(
        'precondition',
        'No account is declared disposable, and failed logins may lock one.',
      );
    await judgeApproaches(
      services,
      wrongLogins(services, account),
      account.address,
      'at one role of each protocol',
    );
  },
);

export const connectionOpensNothing = check(
  {
    ...APPROACH_CHECK,
    id: 'PBS-005',
    slug: 'connection-opens-nothing',
    title: 'Connecting to a mailbox service without logging in opens no window',
    sends:
      'CAPA, USER and QUIT to POP3, CAPABILITY and LOGOUT to IMAP, each from an address of its own; afterwards messages of the account to somebody elsewhere',
    demands: 'every message is refused',
    kills: ['pop-before-smtp-opened-by-connection'],
  },
  async (services) => {
    const account = services.account();
    await judgeApproaches(services, visits(services, account), account.address, 'everywhere');
  },
);

/** Runs every approach from an address of its own and judges that no mail passes from there afterwards. */
async function judgeApproaches(
  services: Services,
  approaches: readonly Approach[],
  sender: string,
  places: 'everywhere' | 'at one role of each protocol',
): Promise<void> {
  const { lab, notApplicable } = services;
  assertMxServesStrangers(services);
  const tried = approaches.flatMap(({ name, protocol, run }) => {
    const roles = mailboxRoles(services, protocol).slice(0, places === 'everywhere' ? undefined : 1);
    if (roles.length === 0) return [];
    const from = lab().unusedVantage();
    const demand = `mail is refused after ${name}`;
    const runAll = async () => {
      let taken = false;
      for (const role of roles) taken = (await run({ role, vantage: from.name })) || taken;
      return taken;
    };
    return [{ name, demand, from, sender, run: runAll }];
  });
  await assertClosedBefore(services, tried);
  const taken = await Promise.all(tried.map(({ run }) => run()));
  const open = tried.filter((_, index) => taken[index]);
  if (open.length === 0) notApplicable('The target offers none of these ways in.', 'greetings');
  await judgeEach(services, open, performance.now());
}

function wrongLogins(services: Services, { login }: Account): readonly Approach[] {
  const password = crypto.randomUUID();
  const assertFailed = (reply: MailboxReply) => {
    if (isPositive(reply))
      services.inconclusive(
        'precondition',
        'A wrong password logs in, so there is no failed login to look at.',
      );
    return true;
  };
  const byPassword = (protocol: MailboxProtocol, command: string): Approach => ({
    name: `a wrong password by ${command}`,
    protocol,
    async run(at) {
      const session = await openMailbox(services, protocol, { ...at, at: 'tls-where-offered' });
      const reply = await session.logIn({ login, password });
      await session.leave();
      return assertFailed(reply);
    },
  });
  return [
    byPassword('pop3', 'PASS'),
    {
      name: 'a wrong digest by APOP',
      protocol: 'pop3',
      async run(at) {
        const client = await services.pop3(at);
        if (client.apopTimestamp === undefined) {
          client.connection.close();
          return false;
        }
        const reply = await client.apop(login, password);
        await client.quit();
        return assertFailed(reply);
      },
    },
    byPassword('imap', 'LOGIN'),
  ];
}

function visits({ pop3, imap }: Services, { login }: Account): readonly Approach[] {
  return [
    {
      name: 'a POP3 session without a login',
      protocol: 'pop3',
      async run(at) {
        const client = await pop3(at);
        await client.capa();
        await client.command(`USER ${login}`);
        await client.quit();
        return true;
      },
    },
    {
      name: 'an IMAP session without a login',
      protocol: 'imap',
      async run(at) {
        const client = await imap(at);
        await client.capability();
        await client.logout();
        return true;
      },
    },
  ];
}
