import { brokenDemands } from './broken-demands.ts';
import type { GatedResult } from './record.ts';
import { SEVERITIES } from './severity.ts';
import type { Severity, Verdict } from './vocabulary.ts';

/** What one mistake of a server changes: the verdict of each check that is not what it is on a good server. */
export interface KnownFault {
  readonly name: string;
  /** What such a server does, in one sentence. */
  readonly text: string;
  readonly signature: Readonly<Record<string, KnownEffect>>;
}

/** What a mistake does to a check: its verdict, and the demands that do not hold; none where they are not known. */
export interface KnownEffect {
  readonly verdict: Verdict;
  readonly demands: readonly string[];
}

/** By the code of a finding, those that follow from it. */
export type Consequences = Readonly<Record<string, readonly string[]>>;

/** A mistake that explains several findings of a server at once. It is a likeness, never a proof. */
export interface LikelyCause {
  /** The mistake that the server looks as if it made, and those that nothing here tells from it. */
  readonly faults: readonly Pick<KnownFault, 'name' | 'text'>[];
  /** The gravest severity of the failures that it explains; `info` where it explains deviations alone. */
  readonly severity: Severity;
  /** Codes of what it explains, the gravest first. */
  readonly explains: readonly string[];
  /** Codes of what it would bring about and what is not so here. */
  readonly doesNotFit: readonly string[];
}

type Judged = Pick<GatedResult, 'check' | 'verdict' | 'severity' | 'consequence' | 'variants'>;

const FOUND: readonly Verdict[] = ['fail', 'warn'];
/** A cause of fewer findings says no more than the findings themselves. */
const FEWEST = 2;
/** At least so many findings must fit for each one that does not. */
const FIT_PER_MISFIT = 4;

interface Match {
  readonly fault: KnownFault;
  readonly fits: readonly string[];
  readonly misfits: readonly string[];
  /** How many fit to the verdict. */
  readonly exact: number;
  /** How many were asked and decided nothing. */
  readonly open: number;
}

/**
 * The smallest set of known mistakes that explains what was found: those that fail the run first, then the gravest. A mistake is taken for a
 * cause where it explains at least two findings that no other explains, and where most of what it brings about was
 * found; where more of it is open than was found, too little is known. What follows from a finding has its cause. Greedy: the mistake that explains most comes first;
 * of those that explain the same, the one of which more fits to the verdict.
 */
export function diagnose(
  results: readonly Judged[],
  faults: readonly KnownFault[],
  consequences: Consequences = {},
): LikelyCause[] {
  const byCode = new Map(results.map((result) => [result.check as string, result]));
  const matches = faults
    .map((fault) => matchOf(fault, byCode))
    .filter(
      ({ fits, misfits, open }) =>
        fits.length >= Math.max(FEWEST, FIT_PER_MISFIT * misfits.length, misfits.length + open),
    );
  const unexplained = new Set(results.filter(({ verdict }) => FOUND.includes(verdict)).map(codeOf));
  const chosen: { match: Match; fresh: string[] }[] = [];
  for (;;) {
    const best = bestOf(matches, unexplained);
    if (best === null) break;
    const own = best.fits.filter((code) => unexplained.has(code));
    const following = best.fits
      .flatMap((code) => consequences[code] ?? [])
      .filter((code) => unexplained.has(code));
    const fresh = [...new Set([...own, ...following])];
    for (const code of fresh) unexplained.delete(code);
    chosen.push({ match: best, fresh });
  }
  const counts = ({ explains }: LikelyCause) =>
    explains.some((code) => byCode.get(code)?.consequence === 'finding');
  const fails = (code: string) => byCode.get(code)?.verdict === 'fail';
  const rank = (code: string) => SEVERITIES.indexOf(byCode.get(code)?.severity ?? 'info');
  return chosen
    .map(({ match, fresh }): LikelyCause => {
      const explains = fresh.toSorted((a, b) => rank(a) - rank(b));
      const alike = [match, ...matches.filter((other) => isTwin(match, other))];
      return {
        faults: alike.map(({ fault: { name, text } }) => ({ name, text })),
        severity: byCode.get(explains.find(fails) ?? '')?.severity ?? 'info',
        explains,
        doesNotFit: match.misfits,
      };
    })
    .sort(
      (a, b) =>
        Number(counts(b)) - Number(counts(a)) ||
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        b.explains.length - a.explains.length,
    );
}

function codeOf({ check }: Judged): string {
  return check;
}

/** What a fault would bring about, beside what is here; a check that was not asked or decided nothing is left out. */
function matchOf(fault: KnownFault, byCode: ReadonlyMap<string, Judged>): Match {
  const fits: string[] = [];
  const misfits: string[] = [];
  let exact = 0;
  let open = 0;
  for (const [code, { verdict: predicted, demands }] of Object.entries(fault.signature)) {
    const result = byCode.get(code);
    if (result === undefined || !FOUND.includes(predicted)) continue;
    const found = result.verdict;
    if (FOUND.includes(found)) {
      // A check that fails by another demand speaks of another mistake.
      if (!isSameIn(demands, brokenDemands(result))) continue;
      if (found === predicted) exact += 1;
      fits.push(code);
    } else if (found === 'pass') misfits.push(code);
    else if (found !== 'not-applicable') open += 1;
  }
  return { fault, fits, misfits, exact, open };
}

/** The match that explains most of what is left; null where none explains enough. */
function bestOf(matches: readonly Match[], unexplained: ReadonlySet<string>): Match | null {
  let best: { match: Match; score: number } | null = null;
  for (const match of matches) {
    const fresh = match.fits.filter((code) => unexplained.has(code)).length;
    if (fresh < FEWEST) continue;
    const score = fresh - match.misfits.length;
    if (best === null || score > best.score || (score === best.score && match.exact > best.match.exact))
      best = { match, score };
  }
  return best?.match ?? null;
}

/** Whether nothing here tells two matches apart. */
function isTwin(one: Match, other: Match): boolean {
  return (
    one !== other &&
    one.exact === other.exact &&
    sameCodes(one.fits, other.fits) &&
    sameCodes(one.misfits, other.misfits)
  );
}

function sameCodes(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((code) => other.includes(code));
}

/** Whether one of the demands is among those that do not hold here; what is not known is not held against it. */
function isSameIn(demands: readonly string[], broken: readonly string[]): boolean {
  return demands.length === 0 || demands.some((demand) => broken.includes(demand));
}
