import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { TargetDeclaration } from '../targets/load.ts';
import type { ExpectedVerdicts } from './expected-verdicts.ts';

/** What a verdict on a real server depends on; paths are relative to the folder of the project. */
export interface Inputs {
  /** The file of its expected verdicts. */
  readonly expected: string;
  /** Files and folders of its image. */
  readonly image: readonly string[];
  /** Mistakes that are built in. */
  readonly defects: readonly string[];
  /** Folders of the suites that it is asked by; none where it is asked by everything. */
  readonly suites: readonly string[];
}

/** Inputs of a file of expected verdicts, by its name without `.yaml`. */
export async function inputsOf(
  name: string,
  { only }: ExpectedVerdicts,
  { driver, settings }: TargetDeclaration,
): Promise<Inputs> {
  const ledger: Record<string, { readonly check?: string }> = parse(
    await readFile('suites/catalog/ledger.yaml', 'utf8'),
  );
  const suites = only.map((one) => (ledger[one]?.check ? dirname(ledger[one].check) : `suites/${one}`));
  const build = 'build' in settings ? settings.build : undefined;
  const files = driver === 'compose' && 'file' in settings ? [settings.file].flat() : [];
  return {
    expected: `harness/images/expected/${name}.yaml`,
    image: build
      ? await sourcesOf(build.context, build.dockerfile)
      : files.map((file) => dirname(String(file))),
    defects: (build?.args.DEFECT ?? '').split(',').filter((defect) => defect !== ''),
    suites: [...new Set(suites)],
  };
}

/** What a Dockerfile copies out of its context, and itself. */
async function sourcesOf(context: string, dockerfile: string): Promise<string[]> {
  const path = join(context, dockerfile);
  const copies = (await readFile(path, 'utf8')).matchAll(/^COPY (?!--from)(.*)$/gm);
  const sources = [...copies].flatMap(([, names = '']) => names.split(/\s+/).slice(0, -1));
  return [path, ...sources.map((source) => join(context, source).replace(/\/$/, ''))];
}

/**
 * How near a change is to a verdict: 'own' for the file of verdicts or the image, 'suite' for a suite, null where it
 * has nothing to do with it. Mistakes lie together in one folder; only those that are built in count.
 */
export function nearness(inputs: Inputs, changed: readonly string[]): 'own' | 'suite' | null {
  const isIn = (path: string) => (folder: string) => path === folder || path.startsWith(`${folder}/`);
  const isOwn = (path: string) =>
    path === inputs.expected ||
    (inputs.image.some(isIn(path)) &&
      (!/\/(defects|habits)\//.test(path) || inputs.defects.includes(basename(path, '.sh'))));
  if (changed.some(isOwn)) return 'own';
  return changed.some((path) => inputs.suites.some(isIn(path))) ? 'suite' : null;
}

/** What MAILSPEC_IMAGES asks for beyond what every run does: `all`, or `changed` with the branch to compare with. */
export function imagesAsked(): { readonly which: string; readonly branch: string } {
  const [which = '', branch = 'main'] = (process.env.MAILSPEC_IMAGES ?? '').split(':');
  return { which, branch };
}

/** Paths that differ from where this branch left the named one, not committed ones too; none where git cannot tell. */
export async function changedSince(branch: string): Promise<readonly string[]> {
  const git = promisify(execFile);
  try {
    const base = (await git('git', ['merge-base', branch, 'HEAD'])).stdout.trim();
    return (await git('git', ['diff', '--name-only', base])).stdout.split('\n').filter((path) => path !== '');
  } catch {
    return [];
  }
}

/** The names that are due by a change, the nearest first. */
export function dueByChange(inputs: ReadonlyMap<string, Inputs>, changed: readonly string[]): string[] {
  const near = (wanted: 'own' | 'suite') =>
    [...inputs].flatMap(([name, its]) => (nearness(its, changed) === wanted ? [name] : []));
  return [...near('own'), ...near('suite')];
}
