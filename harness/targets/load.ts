import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../model/configuration-error.ts';
import type { ConformanceStatement } from '../model/conformance-statement.ts';
import type { Safety } from '../model/levels.ts';
import type { Target } from '../model/target.ts';
import { type TargetSettings, targetsFileSchema } from './schema.ts';
import { type Problem, problemsOf } from './sentences.ts';
import { type KeyPath, readYaml, type YamlSource } from './yaml-source.ts';

/** Where a declaration stands, so that an error found later still names its place. */
export interface Origin {
  /** The targets file as the user named it. */
  readonly file: string;
  /** Its folder, absolute; paths of the declaration are relative to it. */
  readonly folder: string;
  /** `file:line:column` of every value of the declaration by its keys, joined by dots; '' is the declaration. */
  readonly positions: Readonly<Record<string, string>>;
  /** Folders of suites that the file names beside those of mailspec, absolute. */
  readonly suites?: readonly string[];
}

/** A target as declared: valid, defaults filled in, nothing started and no secret read. Plain data. */
export interface TargetDeclaration<Settings extends TargetSettings = TargetSettings>
  extends Pick<Target, 'name' | 'driver' | 'domain' | 'hostname'> {
  readonly permissions: readonly Safety[];
  /** Audited where the command line names no target. */
  readonly isDefault: boolean;
  readonly settings: Settings;
  readonly origin: Origin;
}

/** What the reference server calls itself. */
export const REFERENCE_NAMES = { domain: 'example.test', hostname: 'mail.example.test' } as const;

/** What a subscriber of a network asks for is outside of it. */
const OUTSIDE_NAMES = { domain: 'outside.test', hostname: 'mail.outside.test' } as const;

/**
 * Reads a targets file.
 * @param file path as the user named it; errors repeat it that way
 * @returns the targets in the order of the file; without `default`, an only target is the default
 * @throws ConfigurationError with every problem of the file, one `file:line:column: sentence` a line
 */
export async function loadTargets(file: string): Promise<readonly TargetDeclaration[]> {
  return declarationsIn(await readYaml(file), file);
}

/** The targets that YAML declares; `file` is what it is called. */
export function declarationsIn(source: YamlSource, file: string): readonly TargetDeclaration[] {
  const parsed = targetsFileSchema.safeParse(source.value, {
    reportInput: true,
    error: ({ code, expected }) =>
      code === 'invalid_type' && expected === 'object' ? 'a mapping' : undefined,
  });
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) =>
      problemsOf(issue, (path) => keysAt(source, path)),
    );
    throw failure(source, problems);
  }
  const { targets, default: defaults, suites = [] } = parsed.data;
  const names = Object.keys(targets);
  const unknown = (defaults ?? []).flatMap((name, index): Problem[] =>
    names.includes(name)
      ? []
      : [{ path: ['default', index], atKey: false, sentence: `There is no target "${name}" in this file.` }],
  );
  if (unknown.length > 0) throw failure(source, unknown);
  return Object.entries(targets).map(([name, settings]) => ({
    name,
    driver: settings.driver,
    ...namesOf(settings),
    permissions: settings.permissions,
    isDefault: defaults ? defaults.includes(name) : names.length === 1,
    settings,
    origin: {
      file,
      folder: dirname(resolve(file)),
      positions: positionsOf(source, ['targets', name]),
      ...(suites.length > 0 ? { suites: suites.map((one) => resolve(dirname(file), one)) } : {}),
    },
  }));
}

/** `file:line:column` of a value of a declaration; of what is around it where it is a default. */
export function placeOf({ origin }: TargetDeclaration, path: KeyPath): string {
  for (let length = path.length; length > 0; length -= 1) {
    const place = origin.positions[path.slice(0, length).join('.')];
    if (place) return place;
  }
  return origin.positions[''] ?? origin.file;
}

/** What the vendor of a target states about it; undefined where its declaration has no statement. */
export function vendorStatement({ settings }: TargetDeclaration): ConformanceStatement | undefined {
  return settings.driver === 'network' ? undefined : settings['conformance-statement'];
}

function namesOf(settings: TargetSettings): Pick<Target, 'domain' | 'hostname'> {
  switch (settings.driver) {
    case 'reference':
      return REFERENCE_NAMES;
    case 'container':
    case 'compose':
      return { domain: settings['mail-domain'], hostname: settings['host-name'] };
    case 'host':
      return { domain: settings['mail-domain'], hostname: settings['host-name'] ?? settings.address };
    case 'network':
      return OUTSIDE_NAMES;
  }
}

function failure(source: YamlSource, problems: readonly Problem[]): ConfigurationError {
  const lines = [...problems]
    .sort((a, b) => source.offsetOf(a.path) - source.offsetOf(b.path))
    .map(({ path, atKey, sentence }) => {
      const place = atKey ? source.positionOfKey(path) : source.positionOf(path);
      return `${place}: ${sentence}`;
    });
  return new ConfigurationError(...new Set(lines));
}

/** The keys that the schema knows for the mapping at `path`. */
function keysAt(source: YamlSource, path: KeyPath): string[] {
  let schema: unknown = targetsFileSchema;
  let value = source.value;
  for (const step of path) {
    schema = enter(schema, step, value);
    value = childOf(value, step);
  }
  const mapping = chooseMapping(schema, value);
  return mapping ? Object.keys(mapping.shape) : [];
}

function enter(schema: unknown, step: PropertyKey, value: unknown): unknown {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodRecord) return bare.valueType;
  if (bare instanceof z.ZodArray) return bare.element;
  return chooseMapping(bare, value)?.shape[String(step)];
}

/** The mapping that a schema describes; of several, the one with the driver or type that `value` names. */
function chooseMapping(schema: unknown, value: unknown): z.ZodObject | undefined {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodObject) return bare;
  if (!(bare instanceof z.ZodUnion)) return undefined;
  const mappings = bare.options.map(unwrap).filter((option) => option instanceof z.ZodObject);
  if (mappings.length === 1) return mappings[0];
  return mappings.find((option) =>
    ['driver', 'type'].some((key) => {
      const literal = option.shape[key];
      return literal instanceof z.ZodLiteral && literal.value === childOf(value, key);
    }),
  );
}

/** What a schema says of a value as it is written, without defaults and what is made of it. */
function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodExactOptional
  ) {
    return unwrap(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  return schema;
}

function childOf(value: unknown, step: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
}

/** Where each value below `root` is written; a default stands nowhere, and is told by what is around it. */
function positionsOf(source: YamlSource, root: KeyPath): Record<string, string> {
  const positions: Record<string, string> = {};
  const walk = (path: KeyPath, current: unknown) => {
    const place = path.length === 0 ? source.positionOfKey(root) : source.positionOf([...root, ...path]);
    positions[path.join('.')] = place;
    if (typeof current !== 'object' || current === null) return;
    for (const key of Object.keys(current)) walk([...path, key], Reflect.get(current, key));
  };
  walk([], root.reduce(childOf, source.value));
  return positions;
}
