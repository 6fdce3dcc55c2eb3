import { parseArgs } from 'node:util';
import type { Check } from '../../harness/check/define.ts';
import { FAULT_NAMES, type FaultName } from '../../harness/model/faults.ts';
import type { Verdict } from '../../harness/model/verdict.ts';
import { brokenDemands } from '../../reports/model/broken-demands.ts';
import { type Dictionary, readDictionary, type Signature, writeDictionary } from './dictionary-file.ts';
import { CHECKS, NEEDS_FAST_TIMERS, resultOn } from './proof.ts';
import { resultsOn } from './whole-catalogue.ts';

/**
 * Writes suites/catalog/dictionary.yaml: for each fault of the reference server every check whose verdict it changes,
 * claimed or not. `npm run dictionary` computes the rows that are missing, `-- FAULT…` these, `-- --all` every one;
 * all of them take some hours of a processor. Rows are written as soon as they are known.
 *
 * A check that never makes the good server look for a fault cannot notice it: until a server looks for the first
 * time, both behave alike. So each fault is judged only by the checks that reach it.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, together: { type: 'string', default: '4' } },
});
const known: Dictionary = values.all ? {} : await readDictionary().catch(() => ({}));
const rows: Partial<Record<FaultName, Signature>> = { ...known };
const isWanted = (fault: FaultName) =>
  positionals.length > 0 ? positionals.includes(fault) : rows[fault] === undefined;

const clean = new Map<string, Verdict>();
const reached = new Map<FaultName, Check[]>(FAULT_NAMES.map((fault) => [fault, []]));

/** Verdicts that slowness may bring about. */
const OPEN: readonly Verdict[] = ['inconclusive', 'error', 'not-applicable'];

/** Does some work for every item, a few at a time. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const one = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Number(values.together) }, one));
}

await each(CHECKS, async (check) => {
  const looks = new Set<FaultName>();
  const { verdict } = await resultOn(check, { onLook: (fault) => looks.add(fault) });
  clean.set(check.definition.id, verdict);
  for (const fault of looks) reached.get(fault)?.push(check);
});

const wanted = FAULT_NAMES.filter(isWanted).sort(
  (one, other) => (reached.get(one)?.length ?? 0) - (reached.get(other)?.length ?? 0),
);
await each(wanted, async (fault) => {
  const began = performance.now();
  const signature = await signatureOf(fault, reached.get(fault) ?? []);
  rows[fault] = signature;
  await writeDictionary(rows);
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  process.stdout.write(
    `${fault}: ${Object.keys(signature).length} of ${reached.get(fault)?.length} checks change, ${seconds} s\n`,
  );
});

/** What changes under a fault; what was left open beside others is asked alone before it is believed. */
async function signatureOf(fault: FaultName, checks: readonly Check[]): Promise<Signature> {
  const faults = [fault];
  const alone = checks.filter(({ definition: { id } }) => NEEDS_FAST_TIMERS.has(id));
  const results = new Map(await resultsOn(without(checks, alone), { faults }));
  for (const check of checks) {
    const { id } = check.definition;
    const verdict = results.get(id)?.verdict;
    if (verdict === undefined || (verdict !== clean.get(id) && OPEN.includes(verdict)))
      results.set(id, await resultOn(check, { faults }));
  }
  return Object.fromEntries(
    [...results].flatMap(([id, result]) =>
      result.verdict === clean.get(id) ? [] : [[id, [result.verdict, ...brokenDemands(result)] as const]],
    ),
  );
}

function without(checks: readonly Check[], some: readonly Check[]): Check[] {
  return checks.filter((check) => !some.includes(check));
}
