import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pc from 'picocolors';
import type { GatedResult, RunRecord, TargetRecord } from '../../reports/model/record.ts';
import { wholeTranscript } from '../engine/transcript.ts';
import type { EvidenceEvent } from '../evidence/events.ts';
import { logLine } from '../evidence/log-line.ts';
import { BrokenSeal, readEvidence } from '../evidence/read.ts';
import type { SealedEvidence } from '../evidence/store.ts';
import { printable, visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import type { ControlResult } from '../model/control-result.ts';
import { meant } from '../model/nearest.ts';
import type { TranscriptLine } from '../model/result.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';
import { readRecord } from './read-record.ts';
import { replayLines } from './replay-lines.ts';

/** A result of a check or of a control, with what is told above its dialogue. */
interface Replayed {
  readonly head: readonly string[];
  readonly of: GatedResult | ControlResult;
}

/**
 * `mailspec replay`: the dialogue of one result.
 * @param run results.json of the run, or its folder
 * @param code of a check, or the name of a control
 * @param target its name; null: the only one that has such a result
 * @throws ConfigurationError where there is no such result, or its evidence was changed after it was sealed
 */
export async function replayCommand(
  run: string,
  code: string,
  { target, all }: { readonly target: string | null; readonly all: boolean },
): Promise<void> {
  const record = await readRecord(run);
  const { head, of } = resultOf(record, code, target);
  const folder = join((await stat(run)).isDirectory() ? run : dirname(run), 'evidence');
  const events = of.evidence === null ? null : await unbroken(folder, of.evidence);
  const lines = events === null ? of.transcript : linesOf(events, of);
  const told = [...head, pc.dim(sourceLine(of, events)), '', ...replayLines(lines, all)];
  for (const line of told) process.stdout.write(`${logLine(line)}\n`);
}

async function unbroken(folder: string, evidence: SealedEvidence): Promise<readonly EvidenceEvent[] | null> {
  try {
    return await readEvidence(folder, evidence);
  } catch (thrown) {
    if (thrown instanceof BrokenSeal)
      throw new ConfigurationError(`${folder}: ${printable(thrown.message)} It proves nothing any more.`);
    throw thrown;
  }
}

/** The events as lines, and after those that were cut when they were recorded how much. */
function linesOf(events: readonly EvidenceEvent[], of: Replayed['of']): readonly TranscriptLine[] {
  const variants = 'variants' in of ? of.variants : [];
  const missed = variants.flatMap(({ violations, deviations }) => [...violations, ...deviations]);
  return wholeTranscript(events, missed).flatMap((line, index): TranscriptLine[] => {
    const event = events[index];
    if (!event || !('omitted' in event) || event.omitted === undefined) return [line];
    const text = `${event.omitted.octets} octets after the first ${event.omitted.behind} were not kept`;
    return [line, { ...line, who: 'note', layer: null, text }];
  });
}

function sourceLine(
  { evidence, transcriptOmitted }: Replayed['of'],
  events: readonly EvidenceEvent[] | null,
) {
  if (evidence === null) return 'It talked to nobody, and left no evidence.';
  if (events !== null) return `From the evidence: ${events.length} events; ${evidence.digest} is right.`;
  const left = transcriptOmitted === 0 ? '' : `, which leaves out ${transcriptOmitted} lines`;
  return `From the record${left}: its evidence ${evidence.file} is not there.`;
}

function resultOf(record: RunRecord, code: string, target: string | null): Replayed {
  const targets = targetsOf(record, target);
  const found = targets.flatMap((one) => entriesOf(one).filter(({ name }) => isName(name, code)));
  const [first, ...others] = found;
  if (!first) throw new ConfigurationError(absence(targets, code));
  if (others.length > 0) {
    const names = found.map(({ of }) => of).join(', ');
    throw new ConfigurationError(
      `${first.name} was asked on ${names}; --target says which of them is meant.`,
    );
  }
  return first.replayed;
}

function targetsOf({ targets }: RunRecord, name: string | null): readonly TargetRecord[] {
  if (name === null) return targets;
  const found = targets.filter((target) => target.name === name);
  if (found.length > 0) return found;
  const known = targets.map((target) => target.name);
  throw new ConfigurationError(
    `The run has no target "${visible(name)}"; ${meant(name, known, `it has ${known.join(', ')}.`)}`,
  );
}

/** Everything of a target that has a dialogue, by the name that a person gives it. */
function entriesOf(target: TargetRecord) {
  return [
    ...target.results.map((of) => ({ name: of.check as string, of: target.name, replayed: ofCheck(of) })),
    ...(target.controls ?? []).map((of) => ({
      name: of.control,
      of: target.name,
      replayed: {
        of,
        head: [`${pc.bold(of.control)} ${target.name}: ${of.title}`, `  ${of.state}: ${of.line}`],
      },
    })),
  ];
}

function ofCheck(of: GatedResult): Replayed {
  const { glyph, paint } = VERDICT_GLYPHS[of.verdict];
  return {
    of,
    head: [`${paint(glyph)} ${pc.bold(of.check)} ${of.target}: ${of.title}`, `  ${of.verdict}: ${of.reason}`],
  };
}

function isName(name: string, word: string): boolean {
  return name.toLowerCase() === word.toLowerCase();
}

/** Why there is no dialogue of that name. */
function absence(targets: readonly TargetRecord[], code: string): string {
  const left = targets.flatMap(({ notSelected }) => notSelected.filter(({ check }) => isName(check, code)));
  const [why] = left;
  if (why) return `${why.check} was not asked: it ${verbOf(why.why)}.`;
  const known = [...new Set(targets.flatMap((target) => entriesOf(target).map(({ name }) => name)))];
  return `The run has no result of "${visible(code)}"; ${meant(code, known, 'its report lists all of them.')}`;
}

/** The sentences of a plan begin with a verb or a participle. */
function verbOf(why: string): string {
  return /^(needs|is|was) /.test(why) ? why : `is ${why}`;
}
