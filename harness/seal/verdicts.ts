import { createHash } from 'node:crypto';
import type { GatedResult, RunRecord } from '../../reports/model/record.ts';
import { foldVerdicts, type VariantResult, type Verdict } from '../../reports/model/vocabulary.ts';
import { transcribe } from '../engine/transcript.ts';
import { eventSchema } from '../evidence/event-schema.ts';
import type { EvidenceEvent } from '../evidence/events.ts';
import type { SealedEvidence } from '../evidence/store.ts';
import type { ControlResult } from '../model/control-result.ts';

/** A result that rests on evidence: of a check, or of a control. */
export type Holder = { readonly target: string } & (
  | { readonly result: GatedResult; readonly control?: undefined }
  | { readonly control: ControlResult; readonly result?: undefined }
);

/** Every result of a run that has evidence. */
export function holdersIn({
  targets,
}: RunRecord): readonly (Holder & { readonly evidence: SealedEvidence })[] {
  return targets.flatMap(({ name: target, results, controls = [] }) => [
    ...results.flatMap((result) => (result.evidence ? [{ target, result, evidence: result.evidence }] : [])),
    ...controls.flatMap((control) =>
      control.evidence ? [{ target, control, evidence: control.evidence }] : [],
    ),
  ]);
}

function nameOf(holder: Holder): string {
  return `${holder.result ? holder.result.check : holder.control.control} on ${holder.target}`;
}

/** Verdicts that say something about the target: they need something that was verified, and its evidence. */
const DECIDED: ReadonlySet<Verdict> = new Set(['pass', 'warn', 'fail']);

/**
 * Why a verdict does not follow from what its own result says; empty where it does.
 * @param worst the worst verdict that the check can have; null where that is not known
 */
export function verdictProblems(result: GatedResult, worst: 'warn' | 'fail' | null): string[] {
  const { check, target, verdict, variants, evidence, cause } = result;
  const problems: string[] = [];
  const say = (what: string) => problems.push(`${check} on ${target}: ${what}`);
  if (DECIDED.has(verdict) && evidence === null) say(`It is ${verdict}, and has no evidence.`);
  const isDisputed = verdict === 'error' && cause === 'harness';
  const folded = variants.length === 0 ? null : foldVerdicts(variants.map((variant) => variant.verdict));
  const isAlone = verdict === 'not-applicable' || verdict === 'not-run';
  if (!isDisputed && (folded === null ? !isAlone : folded !== verdict))
    say(`It is ${verdict}, and its variants are ${folded ?? 'missing'}.`);
  for (const variant of variants)
    if (!followsFrom(variant, worst))
      say(`${variant.name} is ${variant.verdict}, which does not follow from what was verified.`);
  return problems;
}

function followsFrom(
  { verdict, violations, deviations, verified }: VariantResult,
  worst: 'warn' | 'fail' | null,
): boolean {
  const isSorted = violations.every(({ strict }) => strict) && deviations.every(({ strict }) => !strict);
  const missed = [...violations, ...deviations];
  if (!isSorted || missed.some(({ held }) => held) || verified < missed.length) return false;
  switch (verdict) {
    case 'pass':
      return missed.length === 0 && verified > 0;
    case 'fail':
      return worst !== 'warn' && violations.length > 0;
    case 'warn':
      return violations.length > 0 ? worst !== 'fail' : deviations.length > 0;
    case 'not-applicable':
    case 'not-run':
      return missed.length === 0;
    case 'inconclusive':
    case 'error':
      // A warning is open where the target died after it.
      return violations.length === 0 || worst !== 'fail';
  }
}

/** The events of a file of evidence; null where it holds something else. */
export function eventsOf(content: Buffer): readonly EvidenceEvent[] | null {
  const lines = content.toString().split('\n');
  if (lines.pop() !== '') return null;
  const events: EvidenceEvent[] = [];
  for (const line of lines) {
    const event = eventSchema.safeParse(parsed(line));
    if (!event.success) return null;
    events.push(event.data);
  }
  return events;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Why a result does not follow from its evidence; empty where it does.
 * @param isTranscribed whether the lines of the record are to be those that this mailspec makes of the events
 */
export function evidenceProblems(
  holder: Holder & { readonly evidence: SealedEvidence },
  events: readonly EvidenceEvent[],
  content: Buffer,
  isTranscribed: boolean,
): string[] {
  const { evidence, result, control } = holder;
  const problems: string[] = [];
  const say = (what: string) => problems.push(`${nameOf(holder)}: ${what}`);
  const redactions = events.reduce((sum, event) => sum + ('redactions' in event ? event.redactions : 0), 0);
  if (
    evidence.events !== events.length ||
    evidence.bytes !== content.length ||
    evidence.redactions !== redactions
  )
    say(
      `Its evidence should have ${evidence.events} events in ${evidence.bytes} octets with ${evidence.redactions} redactions, and has ${events.length}, ${content.length} and ${redactions}.`,
    );
  const missed = result
    ? result.variants.flatMap(({ violations, deviations }) => [...violations, ...deviations])
    : [];
  const told = new Set<number>();
  for (const { demand, expected, actual, strict, at } of missed) {
    const event = events[at - 1];
    const isThere =
      event?.kind === 'verify' &&
      event.seq === at &&
      JSON.stringify([event.demand, event.expected, event.actual, event.held, event.strict]) ===
        JSON.stringify([demand, expected, actual, false, strict]);
    if (!isThere) say(`"${demand}" did not hold, and line ${at} of its evidence says something else.`);
    told.add(at);
  }
  if (result && (DECIDED.has(result.verdict) || result.verdict === 'not-applicable')) {
    const untold = events.find((event) => event.kind === 'verify' && !event.held && !told.has(event.seq));
    if (untold?.kind === 'verify')
      say(
        `Its evidence says that "${untold.demand}" did not hold (line ${untold.seq}), and the record does not.`,
      );
    const verified = result.variants.reduce((sum, variant) => sum + variant.verified, 0);
    const found = events.filter(({ kind }) => kind === 'verify').length;
    if (verified > found) say(`${verified} verifications are stated, and its evidence has ${found}.`);
  }
  if (isTranscribed) {
    const { transcript, transcriptOmitted } = result ?? control;
    const { lines, omitted } = transcribe(events, missed);
    if (omitted !== transcriptOmitted || JSON.stringify(lines) !== JSON.stringify(transcript))
      say('Its transcript is not that of its evidence.');
  }
  return problems;
}
