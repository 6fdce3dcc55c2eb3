import type { KeyObject } from 'node:crypto';
import { ZodError } from 'zod';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { versionName } from '../runner/profile-lock.ts';
import { algorithmOf, isSignedBy, keyIdOf, readEnvelope } from './dsse.ts';
import { type Catalogue, catalogueOf, examineProfile, examineRecords } from './examine-catalogue.ts';
import type { RunExamination } from './examine-run.ts';
import type { Findings } from './findings.ts';
import { FILES } from './layout.ts';
import { ownCode } from './own-code.ts';
import { memberOf, type ReadArchive, readArchive } from './read-archive.ts';
import { Refusal } from './refusal.ts';
import { type Predicate, predicateOf, writeStatement } from './statement.ts';
import { sha256 } from './verdicts.ts';

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

/**
 * Looks whether an archive is what mailspec sealed. Everything is read in memory, one member at a time, and nothing of
 * it is written anywhere.
 * @param key the public key of who should have signed it; null: the signature is not checked
 * @throws Error of node:fs where the file cannot be read
 */
export async function examineArchive(path: string, key: KeyObject | null): Promise<Examination> {
  const findings: Findings = { checked: [], unchecked: [], refused: [] };
  let predicate: Predicate | null = null;
  let signature: Examination['signature'] = 'unsigned';
  try {
    const read = await readArchive(path, await ownCode());
    const { members, runs } = read;
    findings.checked.push(
      `The archive holds ${members.length} files, and nothing that does not belong there.`,
    );
    signature = examineSignature(read, key, findings);
    const catalogue = catalogueOf(read);
    predicate = examineStatement(read, catalogue, findings);
    // Where a file was changed, all that follows from it is of no interest.
    if (findings.refused.length === 0) {
      for (const run of runs) findings.refused.push(...run.problems);
      await examineRecords(read, catalogue, findings);
      await examineProfile(
        catalogue.profile,
        sha256(memberOf(read, FILES.profile)),
        catalogue.lock,
        findings,
      );
    }
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
    // Nesting without end, and aliases that multiply.
    thrown instanceof RangeError ||
    thrown instanceof ReferenceError ||
    (thrown instanceof Error && thrown.name.startsWith('YAML'))
  );
}

/** The seal, and what it says when nobody looks at the rest. */
function examineSignature(
  read: ReadArchive,
  key: KeyObject | null,
  findings: Findings,
): Examination['signature'] {
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

/** The statement must be the one that follows from the other members, to the octet. */
function examineStatement(read: ReadArchive, { profile, lock }: Catalogue, findings: Findings): Predicate {
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
function mismatch(stated: string, members: ReadArchive['members']): string {
  const other = members.find(
    ({ name, sha256: digest }) => !stated.includes(JSON.stringify({ name, digest: { sha256: digest } })),
  );
  return other
    ? `${other.name} was changed: the seal states another digest of it, or none.`
    : 'What the seal says of the audit does not follow from the files of the archive.';
}

/** What was looked at in the runs, and found to be right. */
function tell(
  { runs, isSameCode }: ReadArchive,
  predicate: Predicate,
  { checked, unchecked }: Findings,
): void {
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
