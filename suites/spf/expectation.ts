import type { Offered, Services, Verify } from '../../harness/check/check.ts';
import { type Attempt, attempt, type Probe, wordsOf } from './attempt.ts';
import { spfIsEnforced, spfIsEvaluated } from './controls.ts';

/** Results of SPF (RFC 7208 §2.6). */
export type Result = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** One input of a check: a probe, and what SPF makes of it. */
export interface Case extends Probe {
  readonly name: string;
  readonly result: Result;
}

/** Runs each case as a variant. */
export async function expectResults(services: Services, cases: readonly Case[]): Promise<void> {
  for (const one of cases)
    await services.variant(one.name, async (verify) => {
      await expectResult(services, verify, await attempt(services, one), one.result);
    });
}

/**
 * Judges an attempt by what was recorded; where nothing was, by how the message was answered.
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
    verify.that(
      results.every(({ result }) => nameOf(result) === expected),
      {
        demand,
        expected,
        actual: results.map(wordsOf).join(', '),
      },
    );
    return;
  }
  if (offered.disposition === 'rejected') return judgeRefusal(services, verify, offered, expected, demand);
  if (offered.disposition === 'deferred') return judgeDeferral(services, verify, offered, expected, demand);
  await judgeSilence(services, verify, outcome, expected, demand);
}

/** The same, where a wrong result is a deviation only. */
export function tolerated(verify: Verify): Verify {
  return { ...verify.ideally, ideally: verify.ideally };
}

/** `hardfail` is what the result was called before RFC 7208. */
function nameOf(result: string): string {
  return result === 'hardfail' ? 'fail' : result;
}

function judgeRefusal(
  { inconclusive }: Services,
  verify: Verify,
  offered: Offered,
  expected: Result,
  demand: string,
): void {
  const actual = `refused at ${offered.stage}: ${offered.line}`;
  if (expected === 'fail') {
    verify.met(demand, actual);
  } else if (expected === 'permerror') {
    // Local policy may refuse it (RFC 7208 §8.7); whoever took the record for a fail refuses it too.
    if (namesFail(offered)) {
      verify.missed(demand, { expected: 'permerror', actual });
      return;
    }
    if (!namesPermanentError(offered))
      inconclusive('precondition', `Refused, and not told whether as permerror or as fail: ${offered.line}`);
    verify.ideally.missed(demand, { expected: 'permerror, and the message accepted', actual });
  } else {
    if (expected !== 'temperror' && !citesSpf(offered))
      inconclusive('precondition', `Refused, and not told to be for SPF: ${offered.line}`);
    verify.missed(demand, { expected, actual });
  }
}

function judgeDeferral(
  { inconclusive }: Services,
  verify: Verify,
  offered: Offered,
  expected: Result,
  demand: string,
): void {
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
async function judgeSilence(
  services: Services,
  verify: Verify,
  { stored, asked, offered }: Attempt,
  expected: Result,
  demand: string,
): Promise<void> {
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
