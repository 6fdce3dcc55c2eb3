import { printable } from '../model/printable.ts';

/** What a workflow command of GitHub tells and where it is shown. */
export interface Annotation {
  readonly title: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
}

export type AnnotationKind = 'error' | 'warning' | 'notice';

/** `::error title=…,file=…,line=…::…`: one annotation as the runner reads it from a log, always one line. */
export function workflowCommand(kind: AnnotationKind, { title, message, file, line }: Annotation): string {
  return `::${kind} title=${property(title)},file=${property(file)},line=${line}::${data(message)}`;
}

/**
 * A text on a line of a log that does not begin with it. The runner obeys `##[…]` and other systems `##vso[…]` and
 * `##teamcity[…]` anywhere on a line: a second `#` becomes visible notation.
 */
export function loggable(text: string): string {
  return printable(text).replace(/(?<=#)#/g, '\\x23');
}

/** The runner puts `%25`, `%0D` and `%0A` back in the data of a command. */
function data(text: string): string {
  return loggable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** In a property also what ends it: `:` and `,`. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
