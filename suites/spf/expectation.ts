import type { CheckBody, Offered, RecordedResult, Services, Verify } from '../../harness/check/check.ts';
import { type Attempt, attempt, type Probe, wordsOf } from './attempt.ts';
import { assertEvaluates, spfIsEnforced, spfIsEvaluated } from './controls.ts';
import { clientAddress } from './world.ts';

/** Results of SPF (RFC 7208 §2.6). */
export const RESULTS = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'] as const;
export type Result = (typeof RESULTS)[number];

/** Longest label of a case: a name of the DNS has 63 octets a label, and the lab adds a nonce. */
const LABEL = 40;

/** One input of a check: what its domain publishes, and what SPF makes of that. */
export type Case = readonly [name: string, result: Result, zone: Probe['zone']];

/** Runs each case as a variant. */
export async function expectResults(services: Services, cases: readonly Case[]): Promise<void> {
  for (const [name, result, zone] of cases)
    await services.variant(name, async (verify) => {
      await expectResult(services, verify, await attempt(services, { label: labelOf(name), zone }), result);
    });
}

/** A body that runs cases as variants, made for the address from which the target sees the client. */
export function bodyOf(cases: (client: string) => readonly Case[]): CheckBody {
  return async (services) => {
    assertEvaluates(services);
    await expectResults(services, cases(clientAddress(services)));
  };
}

/** A label of the DNS, short enough for what the lab adds. */
function labelOf(name: string): string {
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return words.slice(0, LABEL).replaceAll(/^-|-$/g, '');
}

/** What is judged, and by what. */
interface Judged {
  readonly services: Services;
  readonly verify: Verify;
  readonly outcome: Attempt;
  readonly expected: Result;
  readonly demand: string;
}

/**
 * What each evaluator recorded: servers have a filter for SPF and one for DMARC, and both may tell results of SPF. One
 * that comes to another result than the others is one mistake, which SPF-026 tells.
 */
export function evaluatorsOf({ results }: Pick<Attempt, 'results'>): readonly (readonly RecordedResult[])[] {
  return [...Map.groupBy(results, ({ authservId, field }) => `${field} ${authservId}`).values()];
}

/**
 * Judges an attempt by what was recorded, by the evaluator that has it right where there are several; where nothing
 * was, by how the message was answered.
 * @throws Inconclusive where neither tells the result
 */
export async function expectResult(
  services: Services,
  verify: Verify,
  outcome: Attempt,
  expected: Result,
): Promise<void> {
  const { results, offered } = outcome;
  const demand = `SPF of ${outcome.sender === '' ? outcome.domain : outcome.sender} is ${expected}`;
  if (results.length > 0) {
    const held = evaluatorsOf(outcome).some((own) => own.every(({ result }) => nameOf(result) === expected));
    verify.that(held, { demand, expected, actual: results.map(wordsOf).join(', ') });
    return;
  }
  const judged = { services, verify, outcome, expected, demand };
  if (offered.disposition === 'rejected') return judgeRefusal(judged);
  if (offered.disposition === 'deferred') return judgeDeferral(judged);
  await judgeSilence(judged);
}

/** The same, where a wrong result is a deviation only. */
export function tolerated(verify: Verify): Verify {
  return { ...verify.ideally, ideally: verify.ideally };
}

/** `hardfail` is what the result was called before RFC 7208. */
export function nameOf(result: string): string {
  return result === 'hardfail' ? 'fail' : result;
}

function judgeRefusal({ services, verify, outcome: { offered }, expected, demand }: Judged): void {
  const { inconclusive } = services;
  const actual = `refused at ${offered.stage}: ${offered.line}`;
  if (expected === 'fail') {
    verify.met(demand, actual);
  } else if (expected === 'permerror') {
    // Local policy may refuse it (RFC 7208 §8.7); whoever took the record for a fail refuses it too.
    if (namesFail(offered)) verify.missed(demand, { expected: 'permerror', actual });
    else if (namesPermanentError(offered))
      verify.ideally.missed(demand, { expected: 'permerror, and the message accepted', actual });
    else
      inconclusive('precondition', `Refused, and not told whether as permerror or as fail: ${offered.line}`);
  } else {
    if (expected !== 'temperror' && !citesSpf(offered))
      inconclusive('precondition', `Refused, and not told to be for SPF: ${offered.line}`);
    verify.missed(demand, { expected, actual });
  }
}

function judgeDeferral({ services, verify, outcome: { offered }, expected, demand }: Judged): void {
  const { inconclusive } = services;
  const actual = `refused for now at ${offered.stage}: ${offered.line}`;
  if (expected === 'temperror' && namesTemporaryError(offered)) {
    verify.met(demand, actual);
  } else if (expected === 'fail' && citesSpf(offered)) {
    verify.ideally.missed('a fail is refused for good', { expected: '550', actual });
  } else {
    inconclusive('precondition', `Refused for now beyond the schedule: ${offered.line}`);
  }
}

/** The message was accepted, and nothing is recorded about SPF. */
async function judgeSilence({ services, verify, outcome, expected, demand }: Judged): Promise<void> {
  const { stored, asked, offered } = outcome;
  const { inconclusive } = services;
  if (!stored) return inconclusive('precondition', `Accepted, and in no mailbox: ${offered.line}`);
  const recordsOthers = services.finding(spfIsEvaluated).kind === 'records';
  const actual = 'accepted without a recorded result';
  if (expected === 'none' && recordsOthers) {
    verify.ideally.missed(demand, { expected: 'none recorded', actual });
  } else if (expected === 'pass' && asked && services.finding(spfIsEnforced).enforced) {
    verify.met(demand, 'accepted, and what a policy forbids is refused');
  } else if (expected === 'fail' && (recordsOthers || services.finding(spfIsEnforced).enforced)) {
    verify.missed(demand, { expected: 'a refusal, or fail recorded', actual });
  } else {
    inconclusive('precondition', 'Accepted, and no result is recorded.');
  }
}

/** RFC 7372 §3.2, or words. */
function citesSpf({ line }: Offered): boolean {
  return /\bspf\b|sender policy|openspf|\b5\.7\.2[34]\b|not (allowed|permitted|authori[sz]ed) to send/i.test(
    line,
  );
}

/** 550 5.7.23 (RFC 7372 §3.2), or words. */
function namesFail({ line }: Offered): boolean {
  return /\b5\.7\.23\b|\bspf[ :-]+(check |validation )?(hard)?fail\b/i.test(line);
}

/** 550 5.5.2 or 5.7.24 (RFC 7208 §8.7, RFC 7372 §3.2), or words. */
function namesPermanentError({ line }: Offered): boolean {
  return /\b5\.(5\.2|7\.24)\b|perm(anent)?[- ]?error|syntax|malformed|invalid spf|too many|multiple/i.test(
    line,
  );
}

/** 451 4.4.3 or 4.7.24 (RFC 7208 §8.6, RFC 7372 §3.2), or words. */
function namesTemporaryError(offered: Offered): boolean {
  return (
    citesSpf(offered) ||
    /\b4\.(4\.3|7\.24)\b|temp(orary)?[- ]?(error|fail)|dns|look-?up|timeout/i.test(offered.line)
  );
}
