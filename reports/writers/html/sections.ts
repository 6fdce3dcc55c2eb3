import type { GatedResult, RunRecord } from '../../model/record.ts';
import { bySeverity } from '../../model/severity.ts';
import { STANDINGS, type Standing, standingOf } from '../../model/standing.ts';
import { suitesOf } from '../../model/suites-of.ts';
import { numberOf } from './number.ts';
import { resultDetails } from './result.ts';
import { html, type Safe } from './safe.ts';
import {
  type LineBudget,
  lineBudget,
  type PlaceOfSettings,
  placesOfSettings,
  variantBudget,
} from './size.ts';
import type { Words } from './words.ts';

export type SectionName = Standing;

/** Those whose gravest results come first; the others follow the order of the suites. */
const GRAVEST_FIRST: readonly SectionName[] = ['finding', 'unsettled', 'waived', 'advisory', 'advice'];

/** The results of each section, in the order in which a person should read them. */
export function sectionsOf(record: RunRecord): readonly (readonly [SectionName, readonly GatedResult[]])[] {
  const all = record.targets.flatMap(({ results }) => results);
  return STANDINGS.map((name) => {
    const results = all.filter((result) => standingOf(result) === name);
    return [name, GRAVEST_FIRST.includes(name) ? bySeverity(results) : bySuite(record, results)];
  });
}

function bySuite(record: RunRecord, results: readonly GatedResult[]): GatedResult[] {
  return suitesOf(record).flatMap(({ slug }) => results.filter(({ suite }) => suite === slug));
}

/** What somebody has to do something about; it stands before everything that lists all checks. */
export const LOUD: readonly SectionName[] = ['finding', 'unsettled', 'waived', 'advisory', 'advice'];

export const QUIET: readonly SectionName[] = ['open', 'passed', 'notApplicable'];

/** A function that gives the sections asked for, each result of the record being in one of them. */
export function resultSections(
  record: RunRecord,
  words: Words,
): (names: readonly SectionName[]) => readonly Safe[] {
  const budget = lineBudget(record);
  const listed = variantBudget(record);
  const sections = sectionsOf(record);
  const settings = placesOfSettings(
    record,
    sections.flatMap(([, results]) => results),
  );
  return (names) =>
    sections
      .filter(([name, results]) => names.includes(name) && results.length > 0)
      .map(([name, results]) => section(record, name, results, { budget, listed, settings }, words));
}

function section(
  record: RunRecord,
  name: SectionName,
  results: readonly GatedResult[],
  {
    budget,
    listed,
    settings,
  }: { readonly budget: LineBudget; readonly listed: number; readonly settings: PlaceOfSettings },
  words: Words,
): Safe {
  return html`
<section id="${name}" class="results ${name}"><h2>${words.sections[name]} <span class="count">${numberOf(results, name)}</span></h2>
<p class="explain">${words.explain[name]}</p>
${results.map((result, index) =>
  resultDetails(
    record,
    result,
    { open: isOpen(result, index), lines: budget(result), variants: listed, settings },
    words,
  ),
)}
</section>`;
}

/** More than these would hide how many there are. */
const MOST_OPEN = 5;

/** What nobody may miss lies open; everything else says its point in one line. */
function isOpen({ consequence, severity }: GatedResult, index: number): boolean {
  return consequence === 'finding' && index < MOST_OPEN && (severity === 'critical' || severity === 'high');
}
