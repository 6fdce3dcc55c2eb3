import type { EvidenceEvent } from '../evidence/events.ts';
import { textOf } from '../evidence/octets.ts';
import { printable } from '../evidence/visible.ts';
import type { TranscriptLine, VariantResult } from '../model/result.ts';
import type { Verification } from '../model/verification.ts';
import type { BodyRun } from './run-body.ts';

/** Most lines of a transcript that a result carries; the evidence has all. */
const LINE_BUDGET = 80;
/** Lines kept in front of a verification that did not hold. */
const CONTEXT = 8;
/** Longest text of one line, in characters of visible notation. */
const TEXT_BUDGET = 500;

/** Puts the runs of a check after each other under one numbering. */
export function mergeRuns(runs: readonly BodyRun[]): {
  readonly events: readonly EvidenceEvent[];
  readonly outcomes: readonly VariantResult[];
  readonly redactions: number;
} {
  const events: EvidenceEvent[] = [];
  const outcomes: VariantResult[] = [];
  let redactions = 0;
  for (const run of runs) {
    const offset = events.length;
    const moved = (verification: Verification) => ({ ...verification, at: verification.at + offset });
    for (const event of run.events) events.push({ ...event, seq: event.seq + offset });
    for (const outcome of run.outcomes) {
      outcomes.push({
        ...outcome,
        violations: outcome.violations.map(moved),
        deviations: outcome.deviations.map(moved),
      });
    }
    redactions += run.redactions;
  }
  return { events, outcomes, redactions };
}

/** Every event that people read, in full: one line each, marked where a verification did not hold. */
export function wholeTranscript(
  events: readonly EvidenceEvent[],
  missed: readonly Verification[],
): readonly TranscriptLine[] {
  const marks = new Map(missed.map((verification) => [verification.at, verification.strict]));
  return events.map((event) => lineOf(event, marks));
}

/** The transcript as people read it: what was said and what was found, most telling lines first kept. */
export function transcribe(
  events: readonly EvidenceEvent[],
  missed: readonly Verification[],
): { readonly lines: readonly TranscriptLine[]; readonly omitted: number } {
  const all = wholeTranscript(events, missed).map((line) => ({ ...line, text: cut(line.text) }));
  if (all.length <= LINE_BUDGET) return { lines: all, omitted: 0 };
  const keep = new Set<number>();
  const keepWithinBudget = (index: number) => {
    if (keep.size < LINE_BUDGET) keep.add(index);
  };
  const marked = all.flatMap((line, index) => (line.mark === null ? [] : [index]));
  // No finding gives way to the context of another.
  for (const index of marked) keepWithinBudget(index);
  for (const index of marked)
    for (let near = Math.max(0, index - CONTEXT); near < index; near += 1) keepWithinBudget(near);
  for (let index = 0; index < all.length; index += 1) keepWithinBudget(index);
  return { lines: all.filter((_, index) => keep.has(index)), omitted: all.length - keep.size };
}

function lineOf(event: EvidenceEvent, marks: ReadonlyMap<number, boolean>): TranscriptLine {
  const { seq, at, connection } = event;
  const base = { seq, at, connection, layer: null, mark: null } as const;
  // Notes quote what checks were given and what the world around the target said.
  const note = (text: string): TranscriptLine => ({ ...base, who: 'note', text: printable(text) });
  switch (event.kind) {
    case 'send':
    case 'recv':
      return {
        ...base,
        who: event.kind === 'send' ? 'client' : 'server',
        layer: event.layer,
        text: textOf(event),
      };
    case 'connect':
      return note(`connected to ${event.role} at ${event.address} from ${event.localAddress}`);
    case 'refused':
      return note(`no connection to ${event.role} at ${event.address}: ${event.code}`);
    case 'tls':
      return note(`TLS established: ${event.protocol}, ${event.cipher}`);
    case 'tls-failed':
      return note(`TLS handshake failed: ${event.reason}`);
    case 'expect':
      return note(
        `waited for ${event.what}: ${event.ended === 'silence' ? `nothing within ${event.withinMs} ms` : event.ended}`,
      );
    case 'close':
      return note(
        event.by === 'client'
          ? 'client closed the connection'
          : `server closed the connection (${event.how})`,
      );
    case 'note':
      return note(event.text);
    case 'verify': {
      const strict = marks.get(seq);
      const mark = strict === undefined ? null : strict ? 'violation' : 'deviation';
      const found = event.held ? `met: ${event.actual}` : `expected ${event.expected}, found ${event.actual}`;
      return { ...base, who: 'note', text: `${event.demand} — ${found}`, mark };
    }
  }
}

function cut(text: string): string {
  return text.length <= TEXT_BUDGET ? text : `${text.slice(0, TEXT_BUDGET)}…`;
}
