import type { KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ZodError } from 'zod';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
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
import { algorithmOf, isSignedBy, keyIdOf, readEnvelope } from './dsse.ts';
import { examineRun, type RunExamination } from './examine-run.ts';
import { compareMembers, FILES, limitOf, MOST_RUNS, runMember } from './layout.ts';
import { literalSecrets } from './literal-secrets.ts';
import { CATALOG_FOLDER, digestsOfOwnCode, parseDigests } from './own-code.ts';
import { Refusal } from './refusal.ts';
import { differenceOf, type Predicate, predicateOf, writeStatement } from './statement.ts';
import { readTar } from './tar.ts';
import { sha256, verdictProblems } from './verdicts.ts';

/** What came out of looking at an archive. */
export interface Examination {
  /** What was found to be right, a sentence each. */
  readonly checked: readonly string[];
  /** What could not be checked, and why. */
  readonly unchecked: readonly string[];
  /** Why the archive is refused; empty where it is not. */
  readonly refused: readonly string[];
  /** What the archive says; null where it was refused before that was known. */
  readonly predicate: Predicate | null;
  /** `unsigned`: nobody vouches for it; `unchecked`: no key was given. */
  readonly signature: 'verified' | 'unchecked' | 'unsigned';
}

/** The members of an archive that are looked at together, once all have come. */
interface Read {
  readonly members: { readonly name: string; readonly sha256: string }[];
  /** Those that all runs share, by name. */
  readonly shared: Map<string, Buffer>;
  readonly runs: RunExamination[];
  readonly isSameCode: boolean;
}

/**
 * Looks whether an archive is what mailspec sealed. Everything is read in memory, one member at a time, and nothing of
 * it is written anywhere.
 * @param key the public key of who should have signed it; null: the signature is not checked
 * @throws Error of node:fs where the file cannot be read
 */
export async function examineArchive(path: string, key: KeyObject | null): Promise<Examination> {
  const findings = { checked: [] as string[], unchecked: [] as string[], refused: [] as string[] };
  let predicate: Predicate | null = null;
  let signature: Examination['signature'] = 'unsigned';
  try {
    const ownCode = await digestsOfOwnCode();
    const read = await readArchive(path, ownCode);
    const { members, runs } = read;
    findings.checked.push(
      `The archive holds ${members.length} files, and nothing that does not belong there.`,
    );
    signature = examineSignature(read, key, findings);
    const catalogue = catalogueOf(read);
    predicate = examineStatement(read, catalogue, findings);
    await examineRecords(read, catalogue, findings);
    await examineProfile(catalogue.profile, sha256(memberOf(read, FILES.profile)), catalogue.lock, findings);
    for (const run of runs) findings.refused.push(...run.problems);
    if (findings.refused.length === 0) tell(read, predicate, findings);
  } catch (thrown) {
    if (!isOfTheArchive(thrown)) throw thrown;
    findings.refused.push(
      thrown instanceof Refusal ? thrown.message : `The archive cannot be read: ${visible(thrown.message)}`,
    );
  }
  return { ...findings, refused: [...new Set(findings.refused)], predicate, signature };
}

/** Whether what was thrown is about what somebody put into the archive. */
function isOfTheArchive(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Refusal ||
    thrown instanceof ConfigurationError ||
    thrown instanceof ZodError ||
    // Nesting without end.
    thrown instanceof RangeError ||
    (thrown instanceof Error && thrown.name.startsWith('YAML'))
  );
}

async function readArchive(path: string, ownCode: string): Promise<Read> {
  const members: { name: string; sha256: string }[] = [];
  const shared = new Map<string, Buffer>();
  const runs: RunExamination[] = [];
  let isSameCode = false;
  const file = await open(path, 'r');
  try {
    let before: string | null = null;
    for await (const { name, content } of readTar(file, limitOf)) {
      if (before !== null && compareMembers(before, name) >= 0)
        throw new Refusal(`${name} does not stand in its place, which is before ${before}.`);
      before = name;
      members.push({ name, sha256: sha256(content) });
      const member = runMember(name);
      if (member === null) {
        shared.set(name, content);
        if (name === FILES.code) isSameCode = content.toString() === ownCode;
        continue;
      }
      if (member.report === 'results.json') {
        if (member.run !== runs.length + 1 || member.run > MOST_RUNS)
          throw new Refusal(
            `${name} is the record of run ${member.run}, and that of run ${runs.length + 1} should follow.`,
          );
        runs.push(examineRun(content, isSameCode));
        continue;
      }
      const run = runs[member.run - 1];
      if (!run || member.run !== runs.length)
        throw new Refusal(`${name} stands there without the record of its run.`);
      if (member.report !== undefined) run.report(member.report, content);
      else run.dialogue(member.evidence, content);
    }
  } finally {
    await file.close();
  }
  for (const run of runs) run.end();
  if (runs.length === 0) throw new Refusal('The archive has no run.');
  return { members, shared, runs, isSameCode };
}

function memberOf({ shared }: Read, name: string): Buffer {
  const content = shared.get(name);
  if (!content) throw new Refusal(`${name} is missing in the archive.`);
  return content;
}

type Findings = { readonly checked: string[]; readonly unchecked: string[]; readonly refused: string[] };

/** The seal, and what it says when nobody looks at the rest. */
function examineSignature(read: Read, key: KeyObject | null, findings: Findings): Examination['signature'] {
  const { shared } = read;
  if (shared.has(FILES.signed) && shared.has(FILES.unsigned))
    throw new Refusal('The archive has two seals, one with a signature and one without.');
  if (!shared.has(FILES.signed)) {
    memberOf(read, FILES.unsigned);
    if (key) throw new Refusal('The archive is unsigned, and a signature of the key is demanded.');
    findings.unchecked.push(
      'The archive is unsigned: nobody vouches for it, and whoever had it in hand could write all of it anew.',
    );
    return 'unsigned';
  }
  const envelope = readEnvelope(memberOf(read, FILES.signed).toString());
  if (!key) {
    findings.unchecked.push(
      `The signature is not checked, because no key was given; the seal names the key with the SHA-256 ${envelope.keyId}. Without it nobody vouches for the archive.`,
    );
    return 'unchecked';
  }
  if (envelope.keyId !== keyIdOf(key))
    throw new Refusal(
      `The archive is signed by another key: its SHA-256 is ${envelope.keyId}, that of the key that was given ${keyIdOf(key)}.`,
    );
  if (!isSignedBy(envelope, key))
    throw new Refusal('The signature is not one of the key over this statement.');
  findings.checked.push(
    `The signature (${algorithmOf(key)}) is one of the key with the SHA-256 ${envelope.keyId}.`,
  );
  return 'verified';
}

interface Catalogue {
  readonly profile: Profile;
  readonly lock: ReadonlyMap<string, string>;
  readonly checks: ReadonlyMap<string, LockedCheck>;
}

function catalogueOf(read: Read): Catalogue {
  const [first] = read.runs;
  const id = first?.record.profile.id ?? '';
  return {
    profile: parseProfile(memberOf(read, FILES.profile).toString(), id),
    lock: parseProfileLock(memberOf(read, FILES.profilesLock).toString()),
    checks: parseChecksLock(memberOf(read, FILES.checksLock).toString()),
  };
}

/** The statement must be the one that follows from the other members, to the octet. */
function examineStatement(read: Read, { profile, lock }: Catalogue, findings: Findings): Predicate {
  const { members, shared, runs } = read;
  const facts = {
    members: members.filter(({ name }) => name !== FILES.signed && name !== FILES.unsigned),
    runs,
    profile: {
      profile,
      sha256: sha256(memberOf(read, FILES.profile)),
      isLocked: lock.get(versionName(profile)) === sha256(memberOf(read, FILES.profile)),
    },
    code: sha256(memberOf(read, FILES.code)),
  };
  const signed = shared.get(FILES.signed);
  const stated = signed ? readEnvelope(signed.toString()).payload : memberOf(read, FILES.unsigned);
  if (stated.equals(Buffer.from(writeStatement(facts))))
    findings.checked.push(
      `Each of the ${facts.members.length} other files has the digest that the seal states, and what the seal says of the audit follows from them.`,
    );
  else findings.refused.push(mismatch(stated.toString(), facts.members));
  return predicateOf(facts);
}

/** Which member has another digest than the seal states; else that what it says does not follow. */
function mismatch(stated: string, members: Read['members']): string {
  const other = members.find(
    ({ name, sha256: digest }) => !stated.includes(JSON.stringify({ name, digest: { sha256: digest } })),
  );
  return other
    ? `${other.name} was changed: the seal states another digest of it, or none.`
    : 'What the seal says of the audit does not follow from the files of the archive.';
}

async function examineRecords(read: Read, { profile, checks }: Catalogue, findings: Findings): Promise<void> {
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
function examineCode(read: Read, { refused, unchecked, checked }: Findings): void {
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
  if (!isOwn)
    unchecked.push('The profile is none of mailspec: it comes with a suite that somebody else wrote.');
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
async function examineProfile(
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

/** What was looked at in the runs, and found to be right. */
function tell({ runs, isSameCode }: Read, predicate: Predicate, { checked, unchecked }: Findings): void {
  const sum = (count: (run: RunExamination) => number) => runs.reduce((all, run) => all + count(run), 0);
  const verdicts = sum(({ record }) => record.targets.reduce((all, { results }) => all + results.length, 0));
  checked.push(
    `${verdicts} verdicts follow from what was verified, counts and conclusions from the verdicts and the profile.`,
    `${sum(({ evidence }) => evidence)} files of evidence are what was sealed, and say what the results that rest on them say.`,
    'Every requirement was asked, or is said to be left out; every waiver stands in the seal.',
  );
  const underived = [...new Set(runs.flatMap((run) => run.underived))];
  const derived = sum(({ reports, underived: other }) => reports - other.length);
  checked.push(`${derived} reports are derived from the records again, the same to the octet.`);
  if (!isSameCode && underived.length > 0)
    unchecked.push(
      `${underived.join(', ')}: mailspec ${predicate.tool.version} (${predicate.tool.commit ?? 'no commit'}) wrote them, and this one derives them otherwise or not at all.`,
    );
}
