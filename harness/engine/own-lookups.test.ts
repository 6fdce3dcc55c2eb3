import { expect, test } from 'vitest';
import type { BenchLab } from '../lab/bench-lab.ts';
import { openBenchLab } from '../lab/check-lab.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { startReferenceInLab } from '../reference/in-lab/reference-lab.ts';
import { createBench } from './create-bench.ts';
import { evaluate } from './evaluate.ts';
import { checkOf } from './testing/definition.ts';

const evaluatesSpf = checkOf(
  async ({ authentication, lab, verify }) => {
    const client = { address: '203.0.113.1', sender: 'a@nowhere.test', hello: 'nowhere.test' };
    const { result } = await authentication.spf.evaluate(client, lab().dns.lookup);
    verify.that(result === 'none', {
      demand: 'a domain without policy yields none',
      expected: 'none',
      actual: result,
    });
  },
  { needs: ['dns'] },
);

function failing(lab: BenchLab): BenchLab {
  return {
    ...lab,
    open(context) {
      const opened = lab.open(context);
      const lookup = () =>
        Promise.reject(new Inconclusive('environment', 'The lab could not look up a name.'));
      return { ...opened, dns: { ...opened.dns, lookup } };
    },
  };
}

test('a look-up of ours that fails says nothing about the target', async () => {
  const { server, access, close } = await startReferenceInLab();
  try {
    const lab = openBenchLab(access);
    const on = (one: BenchLab) =>
      evaluate(
        evaluatesSpf,
        createBench({ target: server.target, lab: one, runId: 'test', evidenceFolder: null }),
      );
    expect(await on(lab)).toMatchObject({ verdict: 'pass' });
    expect(await on(failing(lab))).toMatchObject({
      verdict: 'inconclusive',
      cause: 'environment',
      reason: 'mx: The lab could not look up a name.',
    });
  } finally {
    await close();
  }
});
