import type { z } from 'zod';
import { visible, visibleExcerpt } from '../evidence/visible.ts';
import { meant } from '../model/nearest.ts';
import type { KeyPath } from './yaml-source.ts';

/** A problem of a targets file: a sentence, and the place that it is about. */
export interface Problem {
  readonly path: KeyPath;
  /** The place of the key itself, instead of its value. */
  readonly atKey: boolean;
  readonly sentence: string;
}

/** Keys whose value may be a secret that somebody wrote down by mistake. */
const NEVER_SHOWN: readonly PropertyKey[] = ['password'];

/**
 * The problems behind a finding of the schema, as sentences.
 * @param issue of a `safeParse` with `reportInput: true`
 * @param keysAt the keys that a mapping of the schema may have
 */
export function problemsOf(issue: z.core.$ZodIssue, keysAt: (path: KeyPath) => readonly string[]): Problem[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        sentence: `Unknown key "${visible(key)}" ${inside(path)}${meantKey(key, keysAt(path))}`,
      }));
    case 'invalid_key':
      return [
        {
          path,
          atKey: true,
          sentence: `"${visible(String(path.at(-1)))}" ${inside(path.slice(0, -1))} must be ${issue.issues[0]?.message ?? 'another key'}.`,
        },
      ];
    case 'custom':
      // A refinement that tells what would be right shares the form of the other rules.
      if (issue.message.endsWith('.')) return [{ path, atKey: false, sentence: issue.message }];
      break;
    case 'invalid_union':
      if ('discriminator' in issue && issue.discriminator !== undefined) {
        return [discriminatorProblem(issue, issue.discriminator)];
      }
      break;
  }
  if (issue.input === undefined) {
    return [{ path, atKey: true, sentence: `${subject(path.slice(0, -1))} lacks "${String(path.at(-1))}".` }];
  }
  const known = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return [
    {
      path,
      atKey: false,
      sentence: `${subject(path)} must be ${issue.message}${found(path, issue.input)}${meantValue(issue.input, known)}`,
    },
  ];
}

/** The key that tells which of several mappings is meant, such as "driver", is missing or unknown. */
function discriminatorProblem(issue: z.core.$ZodIssueInvalidUnion, key: string): Problem {
  const { path, input } = issue;
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  const given: unknown =
    typeof input === 'object' && input !== null && Object.hasOwn(input, key)
      ? Reflect.get(input, key)
      : undefined;
  if (given === undefined) {
    const sentence = `${subject(path.slice(0, -1))} lacks "${key}", one of ${options.join(', ')}.`;
    return { path, atKey: true, sentence };
  }
  const rule = `${subject(path)} must be one of ${options.join(', ')}${found(path, given)}`;
  return { path, atKey: false, sentence: `${rule}${meantValue(given, options)}` };
}

/** `"roles.mx" of target shop`, `Target shop`, `"version"`. */
function subject(path: KeyPath): string {
  const [first, name, ...rest] = path;
  if (first === undefined) return 'The file';
  if (first !== 'targets' || name === undefined) return `"${dotted(path)}"`;
  if (rest.length === 0) return `Target ${visible(String(name))}`;
  return `"${dotted(rest)}" of target ${visible(String(name))}`;
}

function inside(path: KeyPath): string {
  const text = subject(path);
  if (text === 'The file') return 'at the top of the file';
  return `in ${text.replace(/^Target/, 'target')}`;
}

function dotted(path: KeyPath): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${visible(String(step))}`,
    )
    .join('');
}

function meantKey(key: string, known: readonly string[]): string {
  return known.length > 0 ? `; ${meant(key, known, `known here: ${known.join(', ')}.`)}` : '.';
}

function meantValue(value: unknown, known: readonly string[]): string {
  const hint = typeof value === 'string' ? meant(value, known, '') : '';
  return hint === '' ? '.' : `; ${hint}`;
}

function found(path: KeyPath, input: unknown): string {
  if (NEVER_SHOWN.includes(path.at(-1) ?? '')) return '';
  if (input === null) return ', found nothing';
  if (Array.isArray(input)) return ', found a list';
  if (typeof input === 'object')
    return Object.keys(input).length === 0 ? ', found an empty mapping' : ', found a mapping';
  if (typeof input === 'string')
    return input === '' ? ', found empty text' : `, found "${visibleExcerpt(input, 80)}"`;
  return `, found ${typeof input === 'number' ? 'the number ' : ''}${String(input)}`;
}
