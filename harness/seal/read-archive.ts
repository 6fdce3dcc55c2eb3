import { open } from 'node:fs/promises';
import { examineRun, type RunExamination } from './examine-run.ts';
import { compareMembers, FILES, limitOf, MOST_RUNS, runMember } from './layout.ts';
import { Refusal } from './refusal.ts';
import { readTar } from './tar.ts';
import { sha256 } from './verdicts.ts';

/** The members of an archive that are looked at together, once all have come. */
export interface ReadArchive {
  readonly members: { readonly name: string; readonly sha256: string }[];
  /** Those that all runs share, by name. */
  readonly shared: Map<string, Buffer>;
  readonly runs: RunExamination[];
  readonly isSameCode: boolean;
}

/**
 * Reads an archive; reports and evidence are looked at while they come, and not kept.
 * @param ownDigests digests of the code of this mailspec
 * @throws Refusal
 */
export async function readArchive(path: string, ownDigests: string): Promise<ReadArchive> {
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
        if (name === FILES.code) isSameCode = content.toString() === ownDigests;
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

/** A member that all runs share. @throws Refusal where it is missing */
export function memberOf({ shared }: ReadArchive, name: string): Buffer {
  const content = shared.get(name);
  if (!content) throw new Refusal(`${name} is missing in the archive.`);
  return content;
}
