import { describe, expect, test } from 'vitest';
import { ROLE_NAMES, type Role } from '../../harness/model/roles.ts';
import type { Target } from '../../harness/model/target.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { FaultName, ReferenceOptions } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';
import { type Declare, resultsOn, sideBySide } from './whole-catalogue.ts';

/** What is wrong in the targets file of a server that is right. */
const MISTAKES: readonly {
  readonly mistake: string;
  readonly declare: (target: Target) => Partial<Target>;
  /** Checks of mx meet more than a refused login where the address is wrong. */
  readonly onMxAlone: boolean;
}[] = [
  {
    mistake: 'a password that is not that of the account',
    declare: ({ accounts }) => ({
      accounts: accounts.map((account) => ({ ...account, password: 'n0t-the-one-of-the-account' })),
    }),
    onMxAlone: false,
  },
  {
    mistake: 'an account that does not exist',
    declare: ({ accounts }) => ({
      accounts: accounts.map((account) => ({
        ...account,
        address: account.address.replace('@', '.gone@'),
        login: account.login.replace('@', '.gone@'),
      })),
    }),
    onMxAlone: true,
  },
];

for (const { mistake, declare, onMxAlone } of MISTAKES) {
  describe.concurrent(`a server whose declaration has ${mistake} is accused of nothing`, () => {
    const isDue = ({ definition: { needs, roles } }: (typeof CHECKS)[number]) =>
      needs?.includes('account') && (!onMxAlone || roles.includes('mx'));
    for (const check of CHECKS.filter(isDue)) {
      test(`${check.definition.id}: ${check.definition.title}`, async () => {
        const { server, access, close } = await startReferenceInLab();
        try {
          const result = await resultAgainst(check, { ...server.target, ...declare(server.target) }, access);
          expect(['fail', 'warn', 'error'], explained(result)).not.toContain(result.verdict);
        } finally {
          await close();
        }
      });
    }
  });
}

/** Roles that are declared at the port of another one: role, and whose port it has. */
type Misplaced = Readonly<Partial<Record<Role, Role>>>;

const MISPLACED: readonly (readonly [string, Misplaced])[] = [
  ['imap at the port of pop3', { imap: 'pop3' }],
  ['pop3s at the port of imaps', { pop3s: 'imaps' }],
  ['mx and submission the wrong way round', { mx: 'submission', submission: 'mx' }],
];

/** Such a declaration, with some of the roles left out. */
function declaredWith(misplaced: Misplaced, without: readonly Role[] = []): Declare {
  return (real) => {
    const endpoints = { ...real };
    for (const role of ROLE_NAMES) {
      const endpoint = real[misplaced[role] ?? role];
      if (endpoint) endpoints[role] = endpoint;
      if (without.includes(role)) delete endpoints[role];
    }
    return endpoints;
  };
}

/** The result of a check on a server whose roles are declared wrongly, with some of them left out. */
async function resultUnder(
  check: (typeof CHECKS)[number],
  misplaced: Misplaced,
  {
    without = [],
    ...options
  }: Pick<ReferenceOptions, 'faults' | 'life'> & { readonly without?: readonly Role[] } = {},
) {
  const { server, access, close } = await startReferenceInLab(options);
  const declared = declaredWith(misplaced, without);
  try {
    const target = { ...server.target, endpoints: declared(server.target.endpoints) };
    return await resultAgainst(check, target, { ...access, endpoints: declared(access.endpoints) });
  } finally {
    await close();
  }
}

function named(id: string): (typeof CHECKS)[number] {
  const check = CHECKS.find(({ definition }) => definition.id === id);
  if (!check) throw new Error(`${id} is not there.`);
  return check;
}

describe.concurrent.each(MISPLACED)('a server that is declared with %s', (_, misplaced) => {
  test('is accused of nothing', async () => {
    const due = CHECKS.filter(
      ({ definition: { roles, needs } }) =>
        roles.some((role) => misplaced[role]) || needs.some((need) => need.startsWith('mailbox')),
    );
    expect(due.length).toBeGreaterThan(100);
    const results = await resultsOn(due, {}, sideBySide, declaredWith(misplaced));
    const blamed = [...results.values()].filter(({ verdict }) => ['fail', 'warn', 'error'].includes(verdict));
    expect(blamed.map(explained)).toEqual([]);
  }, 600_000);
});

describe.concurrent('what is open by a wrong declaration says so', () => {
  test.each<[string, Misplaced, string]>([
    ['IMAP-001', { imap: 'pop3' }, 'where a POP3 server greets'],
    ['STLS-004', { imap: 'pop3' }, 'where a POP3 server greets'],
    ['POP3-001', { pop3s: 'imaps' }, 'where an IMAP server greets'],
    ['SUB-003', { mx: 'submission', submission: 'mx' }, 'the wrong way round'],
    ['SUB-004', { mx: 'submission', submission: 'mx' }, 'the wrong way round'],
  ])('%s', async (id, misplaced, words) => {
    const result = await resultUnder(named(id), misplaced);
    expect(result.verdict, explained(result)).toBe('inconclusive');
    expect(result.cause).toBe('precondition');
    expect(result.reason).toContain(words);
    expect(result.reason).toContain('declar');
  });

  test('account-logs-in does not doubt a password that was never tried', async () => {
    const without: Role[] = ['imaps', 'pop3', 'pop3s', 'submission', 'submissions'];
    const result = await resultUnder(named('SPF-001'), { imap: 'pop3' }, { without });
    expect(['inconclusive', 'not-applicable'], explained(result)).toContain(result.verdict);
    expect(result.reason).not.toContain('password');
  });
});

describe.concurrent('a bad server is no mistake of the declaration', () => {
  test.each<[string, FaultName[]]>([
    ['SUB-003', ['submission-takes-unauthenticated-mail']],
    ['SUB-004', ['smtp-no-auth-inside-tls']],
    // As on mx, but mx asks for no login.
    ['SUB-003', ['smtp-no-auth-inside-tls', 'submission-takes-unauthenticated-mail']],
  ])('%s still finds %s', async (id, faults) => {
    const result = await resultUnder(named(id), {}, { faults });
    expect(result.verdict, explained(result)).toBe('fail');
  });
});

test.each<[string, Misplaced]>([
  ['the first ways', { imaps: 'pop3s', imap: 'pop3' }],
  ['the first way', { imaps: 'pop3s' }],
])('a mailbox is read by the next way where %s are declared wrongly', async (_, misplaced) => {
  const options = { life: { takesEveryName: true } };
  const result = await resultUnder(named('RLY-005'), misplaced, options);
  expect(result.verdict, explained(result)).toBe('pass');
});
