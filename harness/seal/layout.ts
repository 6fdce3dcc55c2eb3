import { REPORTS } from '../../reports/write.ts';

const MEBIBYTE = 1_048_576;

/** The files of an archive that stand outside of its runs, in the order in which they lie there. */
export const FILES = {
  /** The statement in a signed envelope. */
  signed: 'seal.intoto.jsonl',
  /** The statement where nobody signed it. */
  unsigned: 'seal.statement.json',
  targets: 'targets.yaml',
  checksLock: 'catalog/checks.lock',
  profile: 'catalog/profile.yaml',
  profilesLock: 'catalog/profiles.lock',
  code: 'tool/code.sha256',
} as const;

const LIMITS: Readonly<Record<string, number>> = {
  [FILES.signed]: 64 * MEBIBYTE,
  [FILES.unsigned]: 64 * MEBIBYTE,
  [FILES.targets]: 4 * MEBIBYTE,
  [FILES.checksLock]: 16 * MEBIBYTE,
  [FILES.profile]: 4 * MEBIBYTE,
  [FILES.profilesLock]: MEBIBYTE,
  [FILES.code]: 16 * MEBIBYTE,
};

/** A record or another report. */
const REPORT_LIMIT = 256 * MEBIBYTE;
/** The dialogue of one check: the recorder keeps a few mebibytes of one. */
const EVIDENCE_LIMIT = 64 * MEBIBYTE;
/** Most runs that are sealed together. */
export const MOST_RUNS = 99;

const OF_A_RUN = /^runs\/([1-9]\d?)\/(?:([a-z-]+\.[a-z]+)|evidence\/([0-9a-f]{64})\.jsonl)$/;
const REPORT_FILES = REPORTS.map(({ file }) => file);

/** What a member of a run is: a report, or evidence by its SHA-256. */
export type RunMember = { readonly run: number } & (
  | { readonly report: string; readonly evidence?: undefined }
  | { readonly evidence: string; readonly report?: undefined }
);

export function reportName(run: number, file: string): string {
  return `runs/${run}/${file}`;
}

export function evidenceName(run: number, file: string): string {
  return `runs/${run}/evidence/${file}`;
}

/** What a name says; null for one that is no member of a run. */
export function runMember(name: string): RunMember | null {
  const [, number, report, evidence] = OF_A_RUN.exec(name) ?? [];
  if (number === undefined) return null;
  const run = Number(number);
  if (evidence !== undefined) return { run, evidence };
  return report !== undefined && REPORT_FILES.includes(report) ? { run, report } : null;
}

/** Octets that a member of this name may have; null: no member has it. */
export function limitOf(name: string): number | null {
  const own = LIMITS[name];
  if (own !== undefined) return own;
  const member = runMember(name);
  if (member === null) return null;
  return member.report === undefined ? EVIDENCE_LIMIT : REPORT_LIMIT;
}

/** Which of two members comes first: the seal, what all runs share, then each run: record, reports, evidence. */
export function compareMembers(a: string, b: string): number {
  const [one, other] = [rankOf(a), rankOf(b)];
  for (const [at, value] of one.entries()) {
    const difference = value - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : Number(a > b);
}

function rankOf(name: string): readonly [number, number] {
  const member = runMember(name);
  if (member === null) return [0, Object.values<string>(FILES).indexOf(name)];
  return [
    member.run,
    member.report === undefined ? REPORT_FILES.length : REPORT_FILES.indexOf(member.report),
  ];
}
