import { describe, expect, test } from 'vitest';
import type { Role } from '../../harness/model/roles.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

const SWAPS: readonly (readonly [string, Partial<Record<Role, Role>>])[] = [
  ['imap at pop3', { imap: 'pop3' }],
  ['pop3s at imaps', { pop3s: 'imaps' }],
  ['25 and 587', { mx: 'submission', submission: 'mx' }],
];
for (const [name, swap] of SWAPS) {
  describe.concurrent(name, () => {
    const due = CHECKS.filter(
      ({ definition: { roles, needs } }) =>
        roles.some((role) => swap[role]) || needs.some((need) => need.startsWith('mailbox')),
    );
    for (const check of due) {
      test(`${check.definition.id}: ${check.definition.title}`, async () => {
        const { server, access, close } = await startReferenceInLab();
        try {
          const { endpoints } = server.target;
          const swapped = Object.fromEntries(
            Object.keys(endpoints).map((role) => [role, endpoints[swap[role as Role] ?? (role as Role)]]),
          );
          const result = await resultAgainst(check, { ...server.target, endpoints: swapped }, {
            ...access,
            endpoints: swapped,
          });
          expect(['fail', 'warn', 'error'], explained(result)).not.toContain(result.verdict);
        } finally {
          await close();
        }
      });
    }
  });
}
