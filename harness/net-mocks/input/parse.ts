/**
 * Small parsers for data that comes from outside (a test, a JSON file, the control interface).
 * Each takes a value and the path where it stood, and returns the value in its proper type or
 * throws an `InputError` whose message is a sentence that begins with that path.
 */

export class InputError extends Error {
  override readonly name = 'InputError';
  readonly path: string;
  readonly sentence: string;

  constructor(path: string, sentence: string) {
    super(`${path}: ${sentence}`);
    this.path = path;
    this.sentence = sentence;
  }
}

export type Parse<T> = (value: unknown, path: string) => T;

/** What a value is, in words fit for "expected …, got …". */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string')
    return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value);
  if (typeof value === 'object') return 'an object';
  return String(value);
}

export const parseString: Parse<string> = (value, path) => {
  if (typeof value !== 'string') throw new InputError(path, `expected a text, got ${describe(value)}`);
  return value;
};

export const parseBoolean: Parse<boolean> = (value, path) => {
  if (typeof value !== 'boolean')
    throw new InputError(path, `expected true or false, got ${describe(value)}`);
  return value;
};

/** A whole number from `min` to `max`, both included. */
export function parseInteger(min: number, max: number): Parse<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      throw new InputError(path, `expected a whole number from ${min} to ${max}, got ${describe(value)}`);
    return value;
  };
}

export const parsePort = parseInteger(0, 65535);

/** Milliseconds; an hour is the most that a test may ask for. */
export const parseMilliseconds = parseInteger(0, 3_600_000);

export function parseOneOf<const T extends string>(allowed: readonly T[]): Parse<T> {
  return (value, path) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined)
      throw new InputError(path, `expected one of ${allowed.join(', ')}; got ${describe(value)}`);
    return found;
  };
}

export function parseList<T>(item: Parse<T>): Parse<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new InputError(path, `expected a list, got ${describe(value)}`);
    return value.map((element, index) => item(element, `${path}[${index}]`));
  };
}

export interface Fields {
  required<T>(key: string, parse: Parse<T>): T;
  optional<T>(key: string, parse: Parse<T>): T | undefined;
  withDefault<T>(key: string, parse: Parse<T>, fallback: T): T;
  has(key: string): boolean;
  /** Refuses fields that nobody asked for: a misspelt option must not be ignored silently. */
  end(): void;
}

/** Opens an object for reading field by field; the caller finishes with `end()`. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(path, `expected an object, got ${describe(value)}`);
  const content = new Map<string, unknown>(Object.entries(value));
  const asked = new Set<string>();
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);

  const optional = <T>(key: string, parse: Parse<T>): T | undefined => {
    asked.add(key);
    const field = content.get(key);
    return field === undefined ? undefined : parse(field, at(key));
  };

  return {
    required(key, parse) {
      asked.add(key);
      if (content.get(key) === undefined) throw new InputError(at(key), 'expected a value, got nothing');
      return parse(content.get(key), at(key));
    },
    optional,
    withDefault: (key, parse, fallback) => optional(key, parse) ?? fallback,
    has: (key) => content.get(key) !== undefined,
    end() {
      for (const key of content.keys())
        if (!asked.has(key))
          throw new InputError(at(key), `is not a known field; known here: ${[...asked].join(', ')}`);
    },
  };
}
