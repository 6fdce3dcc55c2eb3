import { afterAll, beforeAll, expect, test } from 'vitest';
import { control, type FoundOverIpv6 } from '../check/control.ts';
import { openBenchLab } from '../lab/check-lab.ts';
import type { LabAccess } from '../model/lab-access.ts';
import type { Role } from '../model/roles.ts';
import { type ReferenceInLab, startReferenceInLab } from '../reference/in-lab/reference-lab.ts';
import { createBench } from './create-bench.ts';
import { evaluate } from './evaluate.ts';
import { checkOf } from './testing/definition.ts';

let reference: ReferenceInLab;
beforeAll(async () => {
  reference = await startReferenceInLab();
});
afterAll(() => reference.close());

function benchIn(access: LabAccess) {
  return createBench({
    target: reference.server.target,
    lab: openBenchLab(access),
    runId: 'test',
    evidenceFolder: null,
  });
}

/** A control that finds these roles. */
const finding = (...roles: readonly Role[]) =>
  control<FoundOverIpv6>(
    {
      id: 'made-for-a-test',
      title: 'It is known which roles answer over IPv6',
      roles: ['mx'],
      effect: 'reads',
      safety: 'safe',
      budget: '5s',
    },
    async () => ({ roles, line: roles.join(', ') }),
  );

test('a body runs over IPv6 too, from IPv6 addresses to the same server, on the roles that answer there', async () => {
  const bench = benchIn(reference.access);
  const seen: string[] = [];
  const check = checkOf(
    async ({ role, smtp, lab, verify }) => {
      const client = await smtp({ at: 'ready' });
      verify.equal(client.greeting.code, 220, 'it greets');
      seen.push(
        `${role} ${client.connection.localAddress} ${lab().vantages.length} ${lab().addresses.target}`,
      );
    },
    { roles: ['mx', 'submission'], overIpv6: finding('mx'), needs: ['dns'] },
  );
  const result = await evaluate(check, bench).finally(bench.close);
  expect(result.variants.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'mx pass',
    'submission pass',
    'mx over IPv6 pass',
  ]);
  const { ipv6, addresses } = reference.access;
  expect(seen.filter((one) => one.endsWith(` 3 ${addresses.target}`))).toHaveLength(2);
  expect(seen).toContain(`mx ${ipv6?.vantages[0]?.address} 3 ${ipv6?.target}`);
  expect(result.controls).toEqual(['made-for-a-test']);
});

test('the verdict is that of the worst, and its reason says where', async () => {
  const bench = benchIn(reference.access);
  const check = checkOf(
    async ({ smtp, verify }) => {
      const { connection } = await smtp();
      verify.that(!connection.localAddress.startsWith('3fff:'), {
        demand: 'it is the same',
        expected: 'the same',
        actual: 'another',
      });
    },
    { overIpv6: finding('mx') },
  );
  const result = await evaluate(check, bench).finally(bench.close);
  expect(result).toMatchObject({ verdict: 'fail', reason: expect.stringMatching(/^mx over IPv6: /) });
});

test('a check of several roles together runs there where all of them answer', async () => {
  const names = async (overIpv6: ReturnType<typeof finding>) => {
    const bench = benchIn(reference.access);
    const check = checkOf(
      async ({ target, verify }) =>
        void verify.equal(Object.keys(target.endpoints).length > 1, true, 'they are there'),
      { roles: ['mx', 'submission'], per: 'target', overIpv6 },
    );
    const { variants } = await evaluate(check, bench).finally(bench.close);
    return variants.map(({ name }) => name);
  };
  expect(await names(finding('mx'))).toEqual(['target']);
  expect(await names(finding('mx', 'submission'))).toEqual(['target', 'target over IPv6']);
});

test('nothing runs there where the lab has no IPv6, or the control finds nobody', async () => {
  const { ipv6: _, ...without } = reference.access;
  for (const [access, overIpv6] of [
    [reference.access, finding()],
    [without, finding()],
  ] as const) {
    const bench = benchIn(access);
    const check = checkOf(async ({ verify }) => void verify.equal(1, 1, 'it is as it was'), { overIpv6 });
    const { variants } = await evaluate(check, bench).finally(bench.close);
    expect(variants.map(({ name }) => name)).toEqual(['mx']);
  }
});
