import { describe, expect, test } from 'vitest';
import type { Target } from '../../harness/model/target.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

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
