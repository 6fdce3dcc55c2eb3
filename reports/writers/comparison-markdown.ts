import {
  CHANGES,
  type ComparedRun,
  type Comparison,
  type Difference,
  differencesOf,
} from '../model/compare.ts';
import { HEADINGS, ONE_SIDED, oneSidedLines, stepOf, TELLING } from './comparison-words.ts';
import { codeSpan, escapedMarkdown } from './markdown-text.ts';

/** Most differences of one kind that are listed; a comment on GitHub holds 65,536 characters. */
const MOST_LISTED = 60;
/** Longest reason, in characters. */
const REASON_LENGTH = 300;

/** A comparison as a Markdown summary for a pull request. What is not our own wording stands in code spans. */
export function writeComparisonMarkdown(comparison: Comparison): string {
  const { before, after, notes, same } = comparison;
  return [
    '# mailspec: what changed',
    '',
    `Before: ${runLine(before)}. After: ${runLine(after)}.`,
    '',
    ...notes.flatMap((note) => [`- ${codeSpan(note)}`]),
    ...(notes.length > 0 ? [''] : []),
    ...CHANGES.flatMap((change) => {
      const members = differencesOf(comparison, change);
      if (members.length === 0 || ONE_SIDED.includes(change)) return [];
      const rest = members.length - MOST_LISTED;
      return [
        `## ${HEADINGS[change]} (${members.length})`,
        '',
        ...members.slice(0, MOST_LISTED).flatMap((one) => item(one, TELLING.includes(change))),
        ...(rest > 0 ? [`- and ${rest} more`] : []),
        '',
      ];
    }),
    ...oneSidedLines(comparison, 'the HTML comparison lists them').flatMap((line) => [line, '']),
    `${same} ${same === 1 ? 'result is' : 'results are'} the same.`,
    '',
  ].join('\n');
}

function runLine({ runId, profile, conclusion }: ComparedRun): string {
  return `${codeSpan(runId)}, profile ${codeSpan(profile)}, ${conclusion}`;
}

function item(one: Difference, isTelling: boolean): string[] {
  const reason = [...one.reason];
  const shown = reason.length <= REASON_LENGTH ? reason : [...reason.slice(0, REASON_LENGTH), '…'];
  return [
    `- **${one.check}** on ${codeSpan(one.target)}: ${stepOf(one)}, ${escapedMarkdown(one.title)}`,
    ...(isTelling ? [`  - ${codeSpan(shown.join(''))}`, `  - rerun: ${codeSpan(one.rerun)}`] : []),
  ];
}
