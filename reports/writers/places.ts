import { printable } from '../model/printable.ts';
import type { RunRecord, TargetRecord } from '../model/record.ts';

/** A file and a line in the checkout that a CI can show something at. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

const ANY: Place = { file: 'targets.yaml', line: 1 };

/** Where a target is declared: the path as it was given, without `./`, which CI systems do not match. */
export function placeOfTarget({ declaredAt }: Pick<TargetRecord, 'declaredAt'>): Place {
  const file = printable(declaredAt.file)
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/+)+/, '');
  return { file: file.trim() === '' ? ANY.file : file, line: Math.max(1, declaredAt.line) };
}

/** Where something about the run as a whole is shown: at the head of the file of its first target. */
export function placeOfRun({ targets: [first] }: Pick<RunRecord, 'targets'>): Place {
  return first === undefined ? ANY : { ...placeOfTarget(first), line: 1 };
}
