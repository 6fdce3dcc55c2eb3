import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Ended } from '../../harness/cli/testing/command-line.ts';
import { type Context, holds, resolved } from './expressions.ts';
import { CHECKOUT, type Workspace } from './shell.ts';

export interface Step {
  readonly id: string;
  readonly if?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

export async function readAction(): Promise<Action> {
  return parse(await readFile(join(CHECKOUT, 'action.yml'), 'utf8'));
}

/** What a run of the action did. */
export interface ActionRun {
  readonly isFailing: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  /** How the steps ended that ran a script, by their names. */
  readonly ended: ReadonlyMap<string, Ended>;
  /** Other actions that would have run, with their inputs. */
  readonly used: readonly { readonly uses: string; readonly with: Readonly<Record<string, string>> }[];
  readonly summary: string;
}

/** Runs the steps of action.yml in a workspace as a runner of GitHub would; other actions are written down. */
export async function runAction(
  workspace: Workspace,
  given: Readonly<Record<string, string>>,
): Promise<ActionRun> {
  const action = await readAction();
  const inputs = { ...mapped(action.inputs, (one) => one.default), ...given };
  const steps = new Map<string, ReadonlyMap<string, string>>();
  const context: Context = { inputs, github: { action_path: CHECKOUT }, steps };
  const summary = join(workspace.folder, '.summary');
  const output = join(workspace.folder, '.output');
  await writeFile(summary, '');
  const ended = new Map<string, Ended>();
  const used: { uses: string; with: Readonly<Record<string, string>> }[] = [];
  let isFailing = false;
  for (const step of action.runs.steps) {
    if (!holds(step.if, context, isFailing)) continue;
    if (step.uses !== undefined) {
      used.push({ uses: step.uses, with: mapped(step.with ?? {}, (text) => resolved(text, context)) });
      continue;
    }
    await writeFile(output, '');
    const env = mapped(step.env ?? {}, (text) => resolved(text, context));
    const files = { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, GITHUB_ENV: `${output}.env` };
    const result = await workspace.run(step.run ?? '', { ...env, ...files, GITHUB_ACTIONS: 'true' });
    ended.set(step.id, result);
    steps.set(step.id, outputsOf(await readFile(output, 'utf8')));
    if (result.code !== 0) isFailing = true;
  }
  return {
    isFailing,
    outputs: mapped(action.outputs, ({ value }) => resolved(value, context)),
    ended,
    used,
    summary: await readFile(summary, 'utf8'),
  };
}

function outputsOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([a-z-]+)=(.*)$/.exec(line) ?? [];
      if (name === '') throw new Error(`The runner would refuse the output ${JSON.stringify(line)}.`);
      return [name, value];
    }),
  );
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
