import { type Profile, parseProfile } from '../runner/profile.ts';
import { parseProfileLock, readProfileLock, versionName } from '../runner/profile-lock.ts';
import {
  catalogueProblems,
  declarationProblems,
  declarationsOf,
  isOfOthers,
  type LockedCheck,
  parseChecksLock,
  recomputationProblems,
} from './catalogue.ts';
import type { Findings } from './findings.ts';
import { FILES } from './layout.ts';
import { literalSecrets } from './literal-secrets.ts';
import { CATALOG_FOLDER, parseDigests } from './own-code.ts';
import { memberOf, type ReadArchive } from './read-archive.ts';
import { differenceOf } from './statement.ts';
import { sha256, verdictProblems } from './verdicts.ts';

/** What the runs of an archive were judged by. */
export interface Catalogue {
  readonly profile: Profile;
  readonly lock: ReadonlyMap<string, string>;
  readonly checks: ReadonlyMap<string, LockedCheck>;
}

/** Reads it from an archive. @throws Refusal, ConfigurationError, ZodError */
export function catalogueOf(read: ReadArchive): Catalogue {
  const [first] = read.runs;
  const id = first?.record.profile.id ?? '';
  return {
    profile: parseProfile(memberOf(read, FILES.profile).toString(), id),
    lock: parseProfileLock(memberOf(read, FILES.profilesLock).toString()),
    checks: parseChecksLock(memberOf(read, FILES.checksLock).toString()),
  };
}

/** What the records say of targets, requirements and verdicts, beside what the archive has of these. */
export async function examineRecords(
  read: ReadArchive,
  { profile, checks }: Catalogue,
  findings: Findings,
): Promise<void> {
  const { runs, isSameCode } = read;
  const { refused, unchecked } = findings;
  const records = runs.map(({ record }) => record);
  const difference = differenceOf(records);
  if (difference !== null) refused.push(difference);
  const text = memberOf(read, FILES.targets).toString();
  refused.push(...literalSecrets(FILES.targets, text));
  const declarations = declarationsOf(text);
  for (const record of records) {
    refused.push(...catalogueProblems(record, checks, profile), ...declarationProblems(record, declarations));
    for (const result of record.targets.flatMap(({ results }) => results)) {
      const known = checks.get(result.check);
      refused.push(...verdictProblems(result, known ? (known.worst ?? 'fail') : null));
    }
    if (isSameCode) {
      const selected = [...record.selection.only, ...record.selection.skip];
      const own = (record.suites ?? []).map(({ slug }) => slug);
      if (own.length > 0 && selected.length > 0)
        unchecked.push(
          `What run ${record.runId} left out is not computed again: its selection may name ${own.join(', ')}, which is not part of mailspec.`,
        );
      else refused.push(...(await recomputationProblems(record, profile, declarations)));
    }
    const others = new Set(
      record.targets.flatMap(({ results }) =>
        results.filter(({ check }) => isOfOthers(check, record)).map(({ suite }) => suite),
      ),
    );
    if (others.size > 0)
      unchecked.push(
        `The checks of ${[...others].join(', ')} are not part of mailspec: what they ask, and by which gates, is not checked.`,
      );
  }
  examineCode(read, findings);
}

/** The digests of the code must be those of the catalogue beside it. */
function examineCode(read: ReadArchive, { refused, unchecked, checked }: Findings): void {
  const digests = parseDigests(memberOf(read, FILES.code).toString());
  if (!digests) return void refused.push(`${FILES.code} is no list of digests.`);
  const pairs = [
    [FILES.checksLock, 'suites/catalog/checks.lock'],
    [FILES.profilesLock, 'suites/catalog/profiles.lock'],
  ] as const;
  for (const [member, path] of pairs)
    if (digests.get(path) !== sha256(memberOf(read, member)))
      refused.push(`${member} is not the ${path} that ${FILES.code} lists.`);
  const profile = sha256(memberOf(read, FILES.profile));
  const isOwn = [...digests].some(
    ([path, digest]) => digest === profile && path.startsWith('suites/catalog/profiles/'),
  );
  if (!isOwn) {
    const hasOthers = read.runs.some(({ record }) => (record.suites ?? []).length > 0);
    if (hasOthers)
      unchecked.push('The profile is none of mailspec: it comes with a suite that somebody else wrote.');
    else refused.push(`${FILES.profile} is none of the profiles that ${FILES.code} lists.`);
  }
  if (read.isSameCode)
    checked.push(
      'The archive was sealed by the very code of this mailspec: what was asked, gates, texts and causes are those that it computes again.',
    );
  else
    unchecked.push(
      'The archive was sealed by other code than that of this mailspec: what was asked, gates by claims, texts, causes and transcripts are not computed again.',
    );
}

/** A frozen version means the same everywhere; of an unreleased one that is not known. */
export async function examineProfile(
  profile: Profile,
  digest: string,
  lock: Catalogue['lock'],
  { refused, unchecked, checked }: Findings,
): Promise<void> {
  const name = versionName(profile);
  const own = await readProfileLock(CATALOG_FOLDER);
  const [stated, known] = [lock.get(name), own.get(name)];
  if (profile.unreleased !== undefined)
    return void unchecked.push(
      `The profile ${name} is unreleased: its gates may differ from those of the same name elsewhere; its SHA-256 is ${digest}.`,
    );
  if ([stated, known].some((one) => one !== undefined && one !== digest))
    return void refused.push(`The profile ${name} is frozen, and that of the archive says something else.`);
  if (known === digest) checked.push(`The profile is the frozen ${name}.`);
  else
    unchecked.push(
      `Whether the profile is ${name} as it was released is not known here; its SHA-256 is ${digest}.`,
    );
}
