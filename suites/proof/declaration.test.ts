import { describe, expect, test } from 'vitest';
import type { Target } from '../../harness/model/target.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

/** What is wrong in the targets file of a server that is right. */
const MISTAKES: Readonly<Record<string, (target: Target) => Partial<Target>>> = {
  'a password that is not that of the account': ({ accounts }) => ({
    accounts: accounts.map((account) => ({ ...account, password: 'n0t-the-one-of-the-account' })),
  }),
  'an account that does not exist': ({ accounts }) => ({
    accounts: accounts.map((account) => ({
      ...account,
      address: account.address.replace('@', '.gone@'),
      login: account.login.replace('@', '.gone@'),
    })),
  }),
};

for (const [mistake, declare] of Object.entries(MISTAKES)) {
  describe.concurrent(`a server whose declaration has ${mistake} is accused of nothing`, () => {
    for (const check of CHECKS.filter(({ definition }) => definition.needs?.includes('account'))) {
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
