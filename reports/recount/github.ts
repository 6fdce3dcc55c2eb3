import type { Outcome } from '../model/outcome.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

const COMMAND = /^::(error|warning|notice) title=([^:,]*),file=([^:,]+),line=([1-9]\d*)::(.*)$/;
/** What must have been escaped: anything after a `%` that the runner would not put back, and commands of older kinds. */
const LOOSE = /%(?!25|0D|0A|3A|2C)|##/;
const TOTAL = /^mailspec annotations: (\d+) error, (\d+) warning, (\d+) notice$/;
const TARGET = /^mailspec target: (".*"): failed (\d+), errored (\d+), skipped (\d+), passed (\d+)$/;
const ITEM = /^mailspec (failed|errored): ([A-Za-z0-9 -]+) \(([a-z-]+)\)$/;
const END = /^mailspec conclusion: [a-z-]+, exit code \d$/;
const SHOWN = 10;

/** What the annotations of a run say of a row: of what passed or was skipped, the outcome alone. */
export function annotated(row: Row): Row {
  // `##` begins a command of older kinds, so that a name does not have it.
  const target = row.target.replace(/(?<=#)#/g, '\\x23');
  const isNamed = row.outcome === 'failed' || row.outcome === 'errored';
  return isNamed ? { ...row, target } : { target, check: '', verdict: '', outcome: row.outcome };
}

/** The rows that a file of workflow commands states. @throws Unreadable, also when it shows other annotations than it counts */
export function rowsOfGithub(source: string): Row[] {
  const lines = source.split('\n');
  if (lines.pop() !== '' || !END.test(lines.pop() ?? ''))
    throw new Unreadable('The file does not end with its conclusion.');
  const first = lines.findIndex((line) => TOTAL.test(line));
  if (first < 0) throw new Unreadable('The file does not count its annotations.');
  const rows = ledger(lines.slice(first + 1), first + 2);
  const [errors = 0, warnings = 0, notices = 0] = (TOTAL.exec(lines[first] ?? '') ?? []).slice(1).map(Number);
  compare(lines.slice(0, first), { error: errors, warning: warnings, notice: notices });
  const obstacles = rows.filter(isObstacle).length;
  const failed = rows.filter(({ outcome }) => outcome === 'failed');
  const open = rows.filter((row) => row.outcome === 'errored' && !isObstacle(row));
  const commands = lines.slice(0, first);
  tells('error', errors, obstacles, failed, commands);
  tells('warning', warnings, 0, open, commands);
  return rows;
}

/** Names of checks are codes; those of what kept a target or the run from coming to anything are words. */
function isObstacle({ check, verdict }: Row): boolean {
  return verdict === 'error' && check.includes(' ');
}

/** Several rows may share an annotation, and each is named by one unless there are more than are shown. */
function tells(
  kind: string,
  count: number,
  others: number,
  rows: readonly Row[],
  commands: readonly string[],
): void {
  const fewest = others + Math.min(1, rows.length);
  if (count < fewest || count > others + rows.length)
    throw new Unreadable(`There are ${count} × ${kind} for ${rows.length} checks and ${others} obstacles.`);
  const texts = commands.filter((line) => line.startsWith(`::${kind} `));
  if (count > SHOWN || texts.some((line) => line.includes(' more)'))) return;
  const missing = rows.find(({ check }) => !texts.some((line) => line.includes(check)));
  if (missing) throw new Unreadable(`No ${kind} names ${missing.check}.`);
}

function compare(lines: readonly string[], total: Readonly<Record<string, number>>): void {
  const found = new Map<string, string[]>();
  for (const [index, line] of lines.entries()) {
    const [, kind, title = '', file = '', , message = ''] = COMMAND.exec(line) ?? [];
    if (kind === undefined || [title, file, message].some((text) => LOOSE.test(text)))
      throw new Unreadable(`Line ${index + 1} must be an annotation.`);
    found.set(kind, [...(found.get(kind) ?? []), title]);
  }
  for (const [kind, due] of Object.entries(total)) {
    const titles = found.get(kind) ?? [];
    if (titles.length !== Math.min(SHOWN, due))
      throw new Unreadable(`There are ${titles.length} × ${kind}, of ${due}.`);
    if (due > SHOWN && titles.at(-1) !== `mailspec%3A ${due - SHOWN + 1} more`)
      throw new Unreadable(`The last ${kind} does not say how many there are more.`);
  }
}

function ledger(lines: readonly string[], first: number): Row[] {
  const rows: Row[] = [];
  let target = '';
  let due: Partial<Record<Outcome, number>> = {};
  const close = () => {
    for (const outcome of ['failed', 'errored'] as const)
      if ((due[outcome] ?? 0) !== 0) throw new Unreadable(`${target} lists other checks than it counts.`);
  };
  for (const [index, line] of lines.entries()) {
    const [, name, ...counts] = TARGET.exec(line) ?? [];
    if (name !== undefined) {
      close();
      target = nameOf(name);
      const [failed = 0, errored = 0, skipped = 0, passed = 0] = counts.map(Number);
      due = { failed, errored };
      rows.push(...unnamed(target, 'skipped', skipped), ...unnamed(target, 'passed', passed));
      continue;
    }
    const [, word, check, verdict] = ITEM.exec(line) ?? [];
    if (word === undefined || check === undefined || verdict === undefined)
      throw new Unreadable(`Line ${first + index} must be a target or a check.`);
    const outcome = word === 'failed' ? 'failed' : 'errored';
    due[outcome] = (due[outcome] ?? 0) - 1;
    rows.push({ target, check, verdict, outcome });
  }
  close();
  return rows;
}

function unnamed(target: string, outcome: Outcome, count: number): Row[] {
  return Array.from({ length: count }, () => ({ target, check: '', verdict: '', outcome }));
}

function nameOf(json: string): string {
  try {
    const name: unknown = JSON.parse(json);
    if (typeof name === 'string') return name;
  } catch {
    // What is no JSON is no name either.
  }
  throw new Unreadable(`${json} is no name.`);
}
