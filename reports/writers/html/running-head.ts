import type { RunRecord } from '../../model/record.ts';
import type { Words } from './words.ts';

/** Longest running head, in characters: one line of a page on paper. */
const LONGEST = 90;

/** What stands on every printed page: what this is about above, and the number of the page below (CSS Paged Media §5). */
export function runningHead(record: RunRecord, words: Words): string {
  const names = record.targets.map(({ name }) => name).join(words.comma);
  const about = [...`${words.conclusions[record.conclusion]}${words.colon}${names}`];
  const cut = about.length <= LONGEST ? about : [...about.slice(0, LONGEST), '…'];
  const run = `${record.profile.title} ${record.profile.version}${words.comma}${words.moment(record.startedAt)}`;
  const [before, between, after] = words.pageOf;
  return `
@page {
  @top-left { content: ${cssString(cut.join(''))}; }
  @top-right { content: ${cssString([...run].slice(0, LONGEST).join(''))}; }
  @bottom-left { content: "mailspec"; }
  @bottom-right { content: ${cssString(before)} counter(page) ${cssString(between)} counter(pages) ${cssString(after)}; }
}
@page :first {
  @top-left { content: none; }
  @top-right { content: none; }
}
`;
}

/** A string of CSS in which nothing but letters, digits and blanks stands as it is (CSS Syntax §4.3.7). */
function cssString(text: string): string {
  const escaped = text.replace(/[^A-Za-z0-9 ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0xfffd;
    return `\\${(code === 0 ? 0xfffd : code).toString(16)} `;
  });
  return `"${escaped}"`;
}
