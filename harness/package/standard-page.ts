import { clauseFacts } from '../model/clause.ts';
import { countsOf, type Standard, type Statement } from '../runner/standards.ts';
import { escaped } from './suite-page.ts';

const HEAD = '<!-- Written by npm run docs from suites/catalog/standards. -->';

/** The page of all standards, as Markdown: how many of their statements about servers are tested. */
export function standardsPage(standards: readonly Standard[]): string {
  const rows = standards.map((standard) => {
    const { tested, untested, untestable } = countsOf(standard);
    return `| [${label(standard)}](${standard.document}.md) ${escaped(standard.title)} | ${tested} | ${untested} | ${untestable} |`;
  });
  return [
    HEAD,
    '',
    '# What the standards demand, and what is tested',
    '',
    'Every statement that binds a server, in the order of each text. *Tested*: a check fails or warns where a server breaks it. *Open*: a check could, and there is none yet. *Unseen*: nobody can tell from outside. The same in a terminal: `mailspec coverage rfc3207`.',
    '',
    '| standard | tested | open | unseen |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** The page of one standard. */
export function standardPage(standard: Standard, pageOfCheck: (code: string) => string): string {
  return [
    HEAD,
    '',
    `# ${label(standard)}: ${escaped(standard.title)}`,
    '',
    '| statement | level | a server | tested by |',
    '|---|---|---|---|',
    ...standard.statements.map((statement) => row(standard, statement, pageOfCheck)),
    '',
  ].join('\n');
}

function label({ document }: Standard): string {
  return document.replace('rfc', 'RFC ');
}

function row(
  { document }: Standard,
  { section, nth, level, says, state, checks, note }: Statement,
  pageOfCheck: (code: string) => string,
): string {
  const { url } = clauseFacts(`${document}#${section}`);
  const place = `§${section} (${nth})`;
  const by = {
    tested: checks.map((code) => `[${code}](${pageOfCheck(code)})`).join(', '),
    untested: `open: ${escaped(note)}`,
    untestable: `unseen: ${escaped(note)}`,
  }[state];
  return `| ${url === null ? place : `[${place}](${url})`} | ${level} | ${escaped(says)} | ${by} |`;
}
