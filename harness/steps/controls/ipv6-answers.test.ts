import { expect, test } from 'vitest';
import type { Control, FoundOverIpv6 } from '../../check/control.ts';
import { foundBy } from '../../engine/controls.ts';
import { createBench } from '../../engine/create-bench.ts';
import { openBenchLab } from '../../lab/check-lab.ts';
import type { LabAccess } from '../../model/lab-access.ts';
import { ROLE_NAMES } from '../../model/roles.ts';
import { startReferenceInLab } from '../../reference/in-lab/reference-lab.ts';
import type { ReferenceOptions } from '../../reference/server.ts';
import { ipv6Answers, strangersOverIpv6 } from './ipv6-answers.ts';
import { strangersAreServed } from './strangers-are-served.ts';

/** What a control finds on a reference server, and the lines of all that ran. */
async function found(
  one: Control<FoundOverIpv6>,
  options: ReferenceOptions = {},
  alter: (access: LabAccess) => LabAccess = (access) => access,
) {
  const { server, access, close } = await startReferenceInLab(options);
  const bench = createBench({
    target: server.target,
    lab: openBenchLab(alter(access)),
    runId: 'test',
    evidenceFolder: null,
  });
  try {
    await bench.controls.ready([one]);
    return { ...foundBy(bench.controls, one), others: foundBy(bench.controls, strangersAreServed)?.line };
  } finally {
    await bench.close();
    await close();
  }
}

test('every service that greets over IPv6 is found', async () => {
  expect(await found(ipv6Answers)).toMatchObject({ roles: ROLE_NAMES, silent: [] });
});

test('those that do not greet there are told, and what came instead', async () => {
  const { roles, line } = await found(ipv6Answers, { faults: ['ipv6-address-unanswered'] });
  expect(roles).toEqual([]);
  expect(line).toMatch(
    /^over IPv6 no service answers; mx: No connection to .*: ECONNREFUSED\.; submission: /,
  );
});

test('without an IPv6 address nobody is asked', async () => {
  const { roles, line } = await found(ipv6Answers, {}, ({ ipv6: _, ...access }) => access);
  expect(roles).toEqual([]);
  expect(line).toBe('no IPv6 address of the target is known');
});

test('strangers over IPv6 come in the name of a domain that is there while they do', async () => {
  const { roles, line, others } = await found(strangersOverIpv6);
  expect(roles).toEqual(ROLE_NAMES);
  const senderOf = (text: string | undefined) => /mail of <(\S+)>/.exec(text ?? '')?.[1];
  expect(senderOf(line)).toMatch(/^forged-.*\.example$/);
  // The domain of another control is withdrawn when that ends.
  expect(senderOf(line)).not.toBe(senderOf(others));
});
