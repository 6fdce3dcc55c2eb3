import { randomBytes } from 'node:crypto';
import { access, type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunRecord } from '../../reports/model/record.ts';
import { REPORTS, writeRecord } from '../../reports/write.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { folderOfProfile, loadProfileFile, type ProfileFile } from '../runner/profile.ts';
import { parseProfileLock, versionName } from '../runner/profile-lock.ts';
import { profileRecordOf } from '../runner/profile-record.ts';
import { toolFacts } from '../runner/tool-facts.ts';
import { declarationsIn } from '../targets/load.ts';
import { BUILT_IN } from '../targets/without-file.ts';
import { readFailure, yamlSource } from '../targets/yaml-source.ts';
import { writeEnvelope } from './dsse.ts';
import { type Examination, examineArchive } from './examine.ts';
import { compareMembers, evidenceName, FILES, limitOf, MOST_RUNS, reportName } from './layout.ts';
import { literalSecrets } from './literal-secrets.ts';
import { CATALOG_FOLDER, ownCode } from './own-code.ts';
import type { Signer } from './signer.ts';
import { differenceOf, type Predicate, type StatementFacts, writeStatement } from './statement.ts';
import { END, headerOf, paddingOf } from './tar.ts';
import { holdersIn, sha256 } from './verdicts.ts';

/** A run that is to be sealed: its record, and the folder with its reports and its evidence. */
export interface FinishedRun {
  readonly folder: string;
  readonly record: RunRecord;
}

export interface SealRequest {
  /** Repetitions of one audit, or one run alone. */
  readonly runs: readonly FinishedRun[];
  /** The targets file; null: the one that the record names. */
  readonly targetsFile: string | null;
  /** Null: nobody signs. */
  readonly signer: Signer | null;
  /** The archive to write; it must not exist. */
  readonly out: string;
}

export interface SealedArchive {
  readonly predicate: Predicate;
  /** What a verification without a key could not check. */
  readonly unchecked: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

/** A member before it is written: large ones stay on disk until then. */
interface Planned {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  read(): Promise<Buffer>;
}

/**
 * Seals runs in an archive: the same runs, key and mailspec give the same octets where the signature is one of Ed25519.
 * What was written is verified before it gets its name.
 * @throws ConfigurationError saying what keeps the runs from being sealed
 */
export async function sealRuns(request: SealRequest): Promise<SealedArchive> {
  const { runs, signer, out } = request;
  await assertAbsent(out);
  const ordered = [...runs].sort((a, b) => (a.record.startedAt < b.record.startedAt ? -1 : 1));
  await assertSealable(ordered.map(({ record }) => record));
  const targets = await targetsText(request, ordered);
  const profile = await profileOf(ordered, targets.suites);
  const lock = await readFile(join(CATALOG_FOLDER, 'profiles.lock'));
  const code = await ownCode();
  const members = [
    await planned(FILES.targets, async () => Buffer.from(targets.text)),
    await planned(FILES.checksLock, () => readFile(join(CATALOG_FOLDER, 'checks.lock'))),
    await planned(FILES.profile, async () => profile.content),
    await planned(FILES.profilesLock, async () => lock),
    await planned(FILES.code, async () => Buffer.from(code)),
  ];
  for (const [index, run] of ordered.entries()) members.push(...(await membersOf(run, index + 1)));
  members.sort((a, b) => compareMembers(a.name, b.name));
  const digest = sha256(profile.content);
  const facts: StatementFacts = {
    members: members.map(({ name, sha256: own }) => ({ name, sha256: own })),
    runs: ordered,
    profile: {
      profile: profile.profile,
      sha256: digest,
      isLocked: parseProfileLock(lock.toString()).get(versionName(profile.profile)) === digest,
    },
    code: sha256(code),
  };
  const seal = await sealMember(Buffer.from(writeStatement(facts)), signer);
  return writeVerified([seal, ...members], out);
}

/** @throws ConfigurationError where the runs are no repetitions, or another mailspec made them */
async function assertSealable(records: readonly RunRecord[]): Promise<void> {
  if (records.length > MOST_RUNS)
    throw new ConfigurationError(
      `At most ${MOST_RUNS} runs are sealed together; there are ${records.length}.`,
    );
  const difference = differenceOf(records);
  if (difference !== null) throw new ConfigurationError(difference);
  const own = await toolFacts();
  for (const { runId, tool } of records)
    if (tool.version !== own.version || tool.commit !== own.commit)
      throw new ConfigurationError(
        `Run ${runId} was made by mailspec ${tool.version} (${tool.commit ?? 'no commit'}), and this is ${own.version} (${own.commit ?? 'no commit'}): only the mailspec that made a run can seal it, because it states its own code.`,
      );
}

/** The text of the targets file, without any secret in it, and the folders of suites that it names. */
async function targetsText(
  { targetsFile }: SealRequest,
  runs: readonly FinishedRun[],
): Promise<{ readonly text: string; readonly suites: readonly string[] }> {
  const named = runs[0]?.record.targets[0]?.declaredAt.file ?? BUILT_IN.file;
  if (targetsFile === null && named === BUILT_IN.file) return { text: BUILT_IN.text, suites: [] };
  const file = targetsFile ?? named;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(
      `${file}: ${readFailure(error)} --targets names the targets file of the run.`,
    );
  });
  const secrets = literalSecrets(file, text);
  if (secrets.length > 0) throw new ConfigurationError(...secrets);
  const [declaration] = declarationsIn(yamlSource(file, text), file);
  return { text, suites: declaration?.origin.suites ?? [] };
}

/** The profile of the runs, as it still is. */
async function profileOf(runs: readonly FinishedRun[], suites: readonly string[]): Promise<ProfileFile> {
  const record = runs[0]?.record;
  if (!record) throw new ConfigurationError('There is no run to seal.');
  const { id, version, strict } = record.profile;
  const folder = await folderOfProfile(id, [
    join(CATALOG_FOLDER, 'profiles'),
    ...suites.map((suite) => join(suite, 'profiles')),
  ]);
  const found = await loadProfileFile(folder, `${id}@${version}`);
  if (JSON.stringify(profileRecordOf(found.profile, strict)) !== JSON.stringify(record.profile))
    throw new ConfigurationError(
      `The profile ${id}@${version} was changed since run ${record.runId}: audit again.`,
    );
  return found;
}

/** The members of a run: its reports, and the evidence that a result rests on. */
async function membersOf({ folder, record }: FinishedRun, number: number): Promise<Planned[]> {
  const files = new Set(holdersIn(record).map(({ evidence }) => evidence.file));
  const members: Planned[] = [
    await planned(reportName(number, 'results.json'), async () => Buffer.from(writeRecord(record))),
  ];
  for (const { file } of REPORTS)
    if (file !== 'results.json')
      members.push(await planned(reportName(number, file), () => readFromRun(join(folder, file))));
  for (const file of files)
    members.push(
      await planned(evidenceName(number, file), () => readFromRun(join(folder, 'evidence', file))),
    );
  return members;
}

async function readFromRun(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw new ConfigurationError(`${file}: ${readFailure(error)} Without it the run cannot be sealed.`);
  });
}

/** Reads a member once for its digest; it is read again when it is written. */
async function planned(name: string, read: () => Promise<Buffer>): Promise<Planned> {
  const content = await read();
  const limit = limitOf(name);
  if (limit === null || content.length > limit)
    throw new ConfigurationError(
      `${name} has ${content.length} octets; an archive takes ${limit === null ? 'no such file' : `at most ${limit}`}.`,
    );
  return { name, size: content.length, sha256: sha256(content), read };
}

async function sealMember(statement: Buffer, signer: Signer | null): Promise<Planned> {
  if (!signer) return planned(FILES.unsigned, async () => statement);
  const envelope = Buffer.from(writeEnvelope(await signer(statement)));
  return planned(FILES.signed, async () => envelope);
}

/** Writes the archive under another name, verifies it, and only then gives it its own. */
async function writeVerified(members: readonly Planned[], out: string): Promise<SealedArchive> {
  const temporary = join(dirname(out), `.${randomBytes(6).toString('hex')}.sealing`);
  try {
    const file = await open(temporary, 'wx').catch((error: NodeJS.ErrnoException) => {
      throw new ConfigurationError(`${out}: The archive cannot be written (${error.code}).`);
    });
    let bytes = 0;
    try {
      for (const member of members) bytes += await writeMember(file, member);
      bytes += (await file.write(END)).bytesWritten;
    } finally {
      await file.close();
    }
    const examination = await examineArchive(temporary, null);
    const predicate = sealablePredicate(examination);
    await assertAbsent(out);
    await rename(temporary, out);
    return { predicate, unchecked: examination.unchecked, files: members.length, bytes };
  } finally {
    await rm(temporary, { force: true });
  }
}

function sealablePredicate({ refused, predicate }: Examination): Predicate {
  if (refused.length > 0 || predicate === null)
    throw new ConfigurationError('Nobody could verify what would be sealed:', ...refused);
  return predicate;
}

/** @returns how many octets were written */
async function writeMember(file: FileHandle, { name, size, sha256: digest, read }: Planned): Promise<number> {
  const content = await read();
  if (sha256(content) !== digest) throw new ConfigurationError(`${name} changed while it was sealed.`);
  const octets = Buffer.concat([headerOf(name, size), content, paddingOf(size)]);
  await file.writeFile(octets);
  return octets.length;
}

async function assertAbsent(out: string): Promise<void> {
  const isThere = await access(out).then(
    () => true,
    () => false,
  );
  if (isThere) throw new ConfigurationError(`${out}: The file exists; --out names another.`);
}
