import { type Account, check, type Services } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertClosedBefore, assertStrangersAreServed } from './controls.ts';
import { effectWait, loginEffectTimes } from './feature.ts';
import { imapRole, pop3Role } from './mailbox-login.ts';
import type { Vantage } from './relay-attempt.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

/** Something that a client does at a mailbox service, and its name. */
interface Approach {
  readonly name: string;
  /** False where the service has no such way. */
  run(from: Vantage): Promise<boolean>;
}

export const failedLoginOpensNothing = check(
  {
    id: 'PBS-004',
    slug: 'failed-login-opens-nothing',
    title: 'A failed login opens no window',
    sends:
      'USER and PASS with a wrong password, APOP with a wrong digest, IMAP LOGIN with a wrong password, each from an address of its own; afterwards messages of the account to somebody elsewhere',
    demands: 'every message is refused',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc5068#3.2', 'rfc6409#3.3'],
    roles: ['pop3', 'pop3s', 'imap', 'imaps'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'vantage'],
    // Wrong passwords, but one for each way in and from addresses that nobody else uses.
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '90s',
    considers: [strangersAreServed],
    waits: effectWait,
    connections: 3,
    kills: ['pop-before-smtp-opened-by-failed-login'],
  },
  async (services) => {
    const { target, inconclusive } = services;
    // The last one: window checks need the first to stay unlocked.
    const account = target.accounts.findLast(({ disposable }) => disposable);
    if (!account) {
      inconclusive('precondition', 'No account is declared disposable, and failed logins may lock one.');
      return;
    }
    await judgeApproaches(services, wrongLogins(services, account), account.address);
  },
);

export const connectionOpensNothing = check(
  {
    id: 'PBS-005',
    slug: 'connection-opens-nothing',
    title: 'Connecting to a mailbox service without logging in opens no window',
    sends:
      'CAPA, USER and QUIT to POP3, CAPABILITY and LOGOUT to IMAP, each from an address of its own; afterwards messages of the account to somebody elsewhere',
    demands: 'every message is refused',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc5068#3.2', 'rfc6409#3.3'],
    roles: ['pop3', 'pop3s', 'imap', 'imaps'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'vantage'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: effectWait,
    connections: 2,
    kills: ['pop-before-smtp-opened-by-connection'],
  },
  async (services) => {
    const account = services.account();
    await judgeApproaches(services, visits(services, account), account.address);
  },
);

/** Runs every approach from an address of its own and judges that no mail passes from there afterwards. */
async function judgeApproaches(
  services: Services,
  approaches: readonly Approach[],
  sender: string,
): Promise<void> {
  const { lab, target, variant, notApplicable } = services;
  if (!target.endpoints.mx) notApplicable('The target has no mx role.', 'declared roles');
  assertStrangersAreServed(services);
  const tried = approaches.map(({ name, run }) => ({ name, run, from: lab().unusedVantage(), sender }));
  await assertClosedBefore(services, tried);
  const taken = await Promise.all(tried.map(({ run, from }) => run(from)));
  const open = tried.filter((_, index) => taken[index]);
  if (open.length === 0) notApplicable('The target offers none of these ways in.', 'greetings');
  const attempts = await watchRelay(services, open, performance.now(), loginEffectTimes(target));
  for (const [index, { name }] of open.entries()) {
    await variant(name, (verify) =>
      judgeRefused(services, verify, attempts[index] ?? [], `mail is refused after ${name}`),
    );
  }
}

function wrongLogins(services: Services, { login }: Account): readonly Approach[] {
  const { pop3, imap, inconclusive } = services;
  const password = crypto.randomUUID();
  const [byPop3, byImap] = [pop3Role(services), imapRole(services)];
  const assertFailed = (succeeded: boolean) => {
    if (succeeded)
      inconclusive('precondition', 'A wrong password logs in, so there is no failed login to look at.');
  };
  return [
    ...(byPop3
      ? [
          {
            name: 'a wrong password by PASS',
            async run({ name: vantage }: Vantage) {
              const client = await pop3({ role: byPop3, vantage, at: 'tls' });
              const reply = await client.userPass(login, password);
              await client.quit();
              assertFailed(reply.status === '+OK');
              return true;
            },
          },
          {
            name: 'a wrong digest by APOP',
            async run({ name: vantage }: Vantage) {
              const client = await pop3({ role: byPop3, vantage });
              if (client.apopTimestamp === undefined) {
                client.connection.close();
                return false;
              }
              const reply = await client.apop(login, password);
              await client.quit();
              assertFailed(reply.status === '+OK');
              return true;
            },
          },
        ]
      : []),
    ...(byImap
      ? [
          {
            name: 'a wrong password by LOGIN',
            async run({ name: vantage }: Vantage) {
              const client = await imap({ role: byImap, vantage, at: 'tls' });
              const reply = await client.login(login, password);
              await client.logout();
              assertFailed(reply.status === 'OK');
              return true;
            },
          },
        ]
      : []),
  ];
}

function visits(services: Services, { login }: Account): readonly Approach[] {
  const { pop3, imap } = services;
  const [byPop3, byImap] = [pop3Role(services), imapRole(services)];
  return [
    ...(byPop3
      ? [
          {
            name: 'a POP3 session without a login',
            async run({ name: vantage }: Vantage) {
              const client = await pop3({ role: byPop3, vantage });
              await client.capa();
              await client.command(`USER ${login}`);
              await client.quit();
              return true;
            },
          },
        ]
      : []),
    ...(byImap
      ? [
          {
            name: 'an IMAP session without a login',
            async run({ name: vantage }: Vantage) {
              const client = await imap({ role: byImap, vantage });
              await client.capability();
              await client.logout();
              return true;
            },
          },
        ]
      : []),
  ];
}
