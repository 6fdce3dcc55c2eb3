import { ENGLISH } from '../../reports/writers/html/english.ts';
import type { Check } from '../check/define.ts';
import { clauseFacts } from '../model/clause.ts';
import { SUITES, type SuiteSlug } from '../model/suites.ts';

/** Written by hand nowhere, so that nobody mends what the next run overwrites. */
const HEAD = '<!-- Written by npm run docs from the checks of this suite. -->';

/**
 * The page of a suite, as Markdown: what each of its checks sends and demands, how much that weighs, by which texts, and
 * what it cannot see.
 * @param checks of the whole catalogue, in its order
 */
export function suitePage(slug: SuiteSlug, checks: readonly Check[]): string {
  const own = checks.filter(({ suite }) => suite === slug);
  const topic = SUITES.find((suite) => suite.slug === slug)?.topic ?? slug;
  const rows = own.map(
    ({ definition: { id, title, level, severity } }) =>
      `| [${id}](#${id.toLowerCase()}) | ${escaped(title)} | ${level} | ${severity} |`,
  );
  return [
    HEAD,
    '',
    `# ${topic}`,
    '',
    `\`mailspec audit TARGET --only ${slug}\` asks these ${own.length} checks alone; \`mailspec explain CODE\` says more of each: the faults that prove it, how to mend what it finds, and where it is written.`,
    '',
    '| code | a good server | level | severity |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...own.flatMap(section),
  ].join('\n');
}

function section({ definition }: Check): string[] {
  const {
    id,
    slug,
    title,
    sends,
    demands,
    level,
    severity,
    clauses,
    roles,
    safety,
    worst,
    overIpv6,
    limits = [],
  } = definition;
  const texts = clauses
    .map(clauseFacts)
    .map(({ label, url }) => (url === null ? label : `[${label}](${url})`));
  return [
    `## ${id}`,
    '',
    `**${escaped(title)}** (\`${slug}\`)`,
    '',
    `- Sends: ${escaped(sends)}.`,
    `- Demands: ${escaped(demands)}.`,
    `- ${level}, ${severity}${worst === 'warn' ? '; it can warn, and never fail' : ''}. ${ENGLISH.levels[level]}`,
    `- By: ${texts.join(', ')}.`,
    `- Asked on: ${roles.join(', ')}${overIpv6 ? ', and over IPv6 where they answer there' : ''}. Permission: ${safety}.`,
    ...limits.map((limit) => `- Limit: ${escaped(limit)}`),
    '',
  ];
}

/** Words of checks stand in tables and lists; nothing in them is Markdown. */
export function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}
