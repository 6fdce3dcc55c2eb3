import { postfixRun } from '../../reports/fixtures/postfix.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { parseRecord } from '../../reports/model/schema.ts';
import { differences, type Row, rowsOf } from '../../reports/recount/row.ts';
import { REPORTS, writeRecord } from '../../reports/write.ts';
import { visible } from '../evidence/visible.ts';
import { type Subject, told } from './subject.ts';

const RUN = postfixRun();
/** What no format can carry; ends of lines are its own. */
const UNCARRIED = /[^\n\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/u;

/** A record in which every text that a server decides holds the next of these replies. */
function recordHolding(replies: readonly Buffer[]): RunRecord {
  const texts = replies.map((reply) => visible(reply));
  let turn = 0;
  const next = () => texts[turn++ % texts.length] ?? '';
  const targets = RUN.targets.map((target) => ({
    ...target,
    capabilities: target.capabilities.map((one) => ({ ...one, greeting: next(), clear: [next(), next()] })),
    results: target.results.map((result) => ({
      ...result,
      reason: next(),
      variants: result.variants.map((variant) => ({
        ...variant,
        reason: next(),
        violations: variant.violations.map((one) => ({ ...one, actual: next() })),
      })),
      transcript: Array.from({ length: TRANSCRIPT }, (_, seq) => ({
        ...{ seq, at: seq, connection: 1, who: 'server' as const, layer: 'clear' as const, mark: null },
        text: next(),
      })),
    })),
  }));
  return { ...RUN, targets };
}

/** Lines of each dialogue, so that a round of replies finds its place in one record. */
const TRANSCRIPT = 8;

/** Every writer: what it writes is read again and says what the record says. */
export const reports: Subject = {
  name: 'reports',
  async wrong(replies) {
    if (replies.length === 0) return null;
    const record = recordHolding(replies);
    const rows = rowsOf(record);
    for (const { file, write, read, states = (row: Row) => row } of REPORTS) {
      try {
        const content = write(record);
        if (UNCARRIED.test(content)) return `${file} holds a character that it cannot carry.`;
        const wrong = differences(
          rows.flatMap((row) => states(row) ?? []),
          read(content),
        );
        if (wrong.length > 0) return `${file} says something else than the record.`;
      } catch (thrown) {
        return `${file}: ${told(thrown)}`;
      }
    }
    return JSON.stringify(parseRecord(writeRecord(record))) === JSON.stringify(record)
      ? null
      : 'The record is another one once it is read again.';
  },
};
