import { Unreadable } from './unreadable.ts';

/** Reads values of a JSON report by their paths, so that what is missing is told by its place. */
export interface JsonValue {
  at(key: string): JsonValue;
  items(): JsonValue[];
  text(): string;
  number(): number;
  truth(): boolean;
  /** Whether there is anything. */
  readonly present: boolean;
}

/** @throws Unreadable when the text is no JSON, or has another kind of value where one is asked for */
export function readJson(source: string): JsonValue {
  try {
    return valueAt(JSON.parse(source), 'The file');
  } catch (cause) {
    if (cause instanceof Unreadable) throw cause;
    throw new Unreadable('The file is no JSON.', { cause });
  }
}

function valueAt(value: unknown, place: string): JsonValue {
  const due = (kind: string): never => {
    throw new Unreadable(`${place} must be ${kind}.`);
  };
  return {
    present: value !== undefined,
    at(key) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return due('an object');
      return valueAt(Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined, `${place}.${key}`);
    },
    items() {
      if (!Array.isArray(value)) return due('a list');
      return value.map((item: unknown, index) => valueAt(item, `${place}[${index}]`));
    },
    text: () => (typeof value === 'string' ? value : due('text')),
    truth: () => (typeof value === 'boolean' ? value : due('true or false')),
    number: () => (typeof value === 'number' ? value : due('a number')),
  };
}
