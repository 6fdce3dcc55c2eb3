import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { concludeRun, concludeTarget, consequenceOf, exitCodeOf } from '../../../reports/model/conclude.ts';
import { countRun, countVerdicts } from '../../../reports/model/counts.ts';
import type { GatedResult, RunRecord } from '../../../reports/model/record.ts';
import { foldVerdicts } from '../../../reports/model/vocabulary.ts';
import { REPORTS } from '../../../reports/write.ts';
import { transcribe } from '../../engine/transcript.ts';
import type { EvidenceEvent } from '../../evidence/events.ts';
import { serialiseEvents } from '../../evidence/store.ts';
import { parseProfile } from '../../runner/profile.ts';
import { type Envelope, writeEnvelope } from '../dsse.ts';
import { compareMembers, FILES, limitOf } from '../layout.ts';
import { writeStatement } from '../statement.ts';
import { END, headerOf, paddingOf, readTar } from '../tar.ts';

/** The files of an archive by their names, for somebody who changes them. */
export type Files = Map<string, Buffer>;

const RECORD = 'runs/1/results.json';
const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** The same files, one of them changed. */
export function withFile(files: Files, name: string, change: (content: Buffer) => Buffer): Files {
  return new Map(files).set(name, change(Buffer.from(files.get(name) ?? Buffer.alloc(0))));
}

export async function unpack(path: string): Promise<Files> {
  const file = await open(path, 'r');
  try {
    const files: Files = new Map();
    for await (const { name, content } of readTar(file, limitOf)) files.set(name, content);
    return files;
  } finally {
    await file.close();
  }
}

/** Writes an archive in the form that is expected, whatever its files hold. */
export async function pack(files: Files, path: string): Promise<string> {
  const parts = [...files]
    .sort(([a], [b]) => compareMembers(a, b))
    .flatMap(([name, content]) => [headerOf(name, content.length), content, paddingOf(content.length)]);
  await writeFile(path, Buffer.concat([...parts, END]));
  return path;
}

export function recordOf(files: Files): RunRecord {
  return JSON.parse(files.get(RECORD)?.toString() ?? '');
}

/** Puts a record and all of its reports into an archive; counts, consequences and conclusions are made to fit. */
export function withRecord(files: Files, changed: RunRecord): Files {
  const targets = changed.targets.map((target) => {
    const results = target.results.map((result) => ({
      ...result,
      consequence: consequenceOf(result.verdict, result.gate, changed.profile.strict, result.waiver !== null),
    }));
    const fitting = { ...target, results, counts: countVerdicts(results) };
    return { ...fitting, conclusion: concludeTarget(fitting) };
  });
  const counted = { ...changed, targets, counts: { ...changed.counts, ...countRun(targets) } };
  const record = { ...counted, conclusion: concludeRun(counted), exitCode: exitCodeOf(counted) };
  const forged = new Map(files);
  for (const { file, write } of REPORTS) forged.set(`runs/1/${file}`, Buffer.from(write(record)));
  return forged;
}

export function mapResult(
  record: RunRecord,
  target: string,
  check: string,
  change: (result: GatedResult) => GatedResult,
): RunRecord {
  return {
    ...record,
    targets: record.targets.map((one) =>
      one.name === target
        ? { ...one, results: one.results.map((result) => (result.check === check ? change(result) : result)) }
        : one,
    ),
  };
}

/** A result that says that everything held; its evidence is left alone. */
export function passed(result: GatedResult): GatedResult {
  const variants = result.variants.map((variant) => ({
    ...variant,
    verdict: 'pass' as const,
    cause: null,
    violations: [],
    deviations: [],
  }));
  return { ...result, verdict: foldVerdicts(variants.map(({ verdict }) => verdict)), cause: null, variants };
}

/** Makes a result pass with all that it rests on: the evidence says that everything held, under its new name. */
export function withPassingEvidence(files: Files, target: string, check: string): Files {
  const record = recordOf(files);
  const forged = new Map(files);
  const changed = mapResult(record, target, check, (result) => {
    if (result.evidence === null) return result;
    const old = `runs/1/evidence/${result.evidence.file}`;
    const lines = forged.get(old)?.toString().trimEnd().split('\n') ?? [];
    const events = lines.map((line): EvidenceEvent => {
      const event: EvidenceEvent = JSON.parse(line);
      return event.kind === 'verify' ? { ...event, held: true } : event;
    });
    const content = Buffer.from(serialiseEvents(events));
    const hash = digestOf(content);
    forged.delete(old);
    forged.set(`runs/1/evidence/${hash}.jsonl`, content);
    const { lines: transcript, omitted } = transcribe(events, []);
    return {
      ...passed(result),
      transcript,
      transcriptOmitted: omitted,
      evidence: {
        ...result.evidence,
        file: `${hash}.jsonl`,
        digest: `sha256:${hash}`,
        bytes: content.length,
      },
    };
  });
  return withRecord(forged, { ...changed, remedies: [] });
}

/** Makes a statement that fits to the files: unsigned, or signed by whoever is named. */
export function resealed(files: Files, sign: ((payload: Buffer) => Envelope) | null): Files {
  const { [FILES.signed]: _, [FILES.unsigned]: _other, ...rest } = Object.fromEntries(files);
  const members = Object.entries(rest)
    .sort(([a], [b]) => compareMembers(a, b))
    .map(([name, content]) => ({ name, sha256: digestOf(content) }));
  const record = recordOf(files);
  const profile = files.get(FILES.profile) ?? Buffer.alloc(0);
  const statement = writeStatement({
    members,
    runs: [{ record }],
    profile: {
      profile: parseProfile(profile.toString(), record.profile.id),
      sha256: digestOf(profile),
      isLocked: false,
    },
    code: digestOf(files.get(FILES.code) ?? Buffer.alloc(0)),
  });
  const forged = new Map(Object.entries(rest));
  if (sign) forged.set(FILES.signed, Buffer.from(writeEnvelope(sign(Buffer.from(statement)))));
  else forged.set(FILES.unsigned, Buffer.from(statement));
  return forged;
}
