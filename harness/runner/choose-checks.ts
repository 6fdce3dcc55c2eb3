import { matchesGlob } from 'node:path';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { meant } from '../model/nearest.ts';
import { SUITES } from '../model/suites.ts';

/** What of a check words can name; results of a check have it too. */
export interface Choosable {
  readonly suite: string;
  readonly definition: { readonly id: string; readonly slug: string; readonly clauses: readonly string[] };
}

/** Whether a word of `--only` or `--skip` means a check. */
type Chooses = (check: Choosable) => boolean;

/**
 * What the words of `--only` or `--skip` choose: a code (`STLS-001`), a slug, a suite (`starttls`), a pattern of these
 * (`'STLS-*'`), a document (`rfc3207`) or a clause with those beneath it (`rfc3207#4.2`). Case does not matter.
 * @throws ConfigurationError for a word that means nothing, with what it most likely meant
 */
export function chosenBy(words: readonly string[], checks: readonly Choosable[]): Chooses {
  const choices = words.map((word) => choiceOf(word, checks));
  return (check) => choices.some((chooses) => chooses(check));
}

/** What `--only` chooses, or everything where it has no word, without what `--skip` chooses. @throws ConfigurationError */
export function chosenFrom(
  checks: readonly Choosable[],
  words: { readonly only: readonly string[]; readonly skip: readonly string[] },
): Chooses {
  const [only, skip] = [chosenBy(words.only, checks), chosenBy(words.skip, checks)];
  return (check) => (words.only.length === 0 || only(check)) && !skip(check);
}

function choiceOf(word: string, checks: readonly Choosable[]): Chooses {
  const wanted = word.toLowerCase();
  // A suite may be named before it has a check.
  if (suitesIn(checks).includes(wanted)) return ({ suite }) => suite === wanted;
  const chooses: Chooses = isPattern(wanted)
    ? (check) => namesOf(check).some((name) => matchesGlob(name, wanted))
    : (check) => namesOf(check).includes(wanted) || check.definition.clauses.some((one) => lies(one, wanted));
  if (!checks.some(chooses)) throw new ConfigurationError(unknown(word, checks));
  return chooses;
}

/** The names of the suites of mailspec, and of those of others that are asked. */
function suitesIn(checks: readonly Choosable[]): string[] {
  return [...new Set([...SUITES.map(({ slug }) => slug), ...checks.map(({ suite }) => suite)])];
}

function isPattern(word: string): boolean {
  return /[*?[{]/.test(word);
}

function namesOf({ definition, suite }: Choosable): string[] {
  return [definition.id.toLowerCase(), definition.slug.toLowerCase(), suite];
}

/** Whether a clause is the one that is meant, lies beneath it, or in the document that is meant. */
function lies(clause: string, wanted: string): boolean {
  const one = clause.toLowerCase();
  return one === wanted || one.startsWith(`${wanted}.`) || one.startsWith(`${wanted}#`);
}

function unknown(word: string, checks: readonly Choosable[]): string {
  if (isPattern(word))
    return `No check has a code, a slug or a suite like "${visible(word)}"; mailspec list shows all.`;
  const known = [
    ...checks.map(({ definition }) => definition.id),
    ...suitesIn(checks),
    ...checks.map(({ definition }) => definition.slug),
    ...new Set(
      checks.flatMap(({ definition }) => definition.clauses.flatMap((one) => [one, documentOf(one)])),
    ),
  ];
  const otherwise = `mailspec list shows the checks. Suites: ${suitesIn(checks).join(', ')}.`;
  return `"${visible(word)}" is neither the code of a check nor a slug, a suite or a clause; ${meant(word, known, otherwise)}`;
}

function documentOf(clause: string): string {
  return clause.slice(0, clause.indexOf('#'));
}
