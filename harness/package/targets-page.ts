import { z } from 'zod';
import type { Check } from '../check/define.ts';
import type { Safety } from '../model/levels.ts';
import { PROMISE_NAMES } from '../model/promises.ts';
import { targetsFileJsonSchema } from '../targets/schema.ts';
import { escaped } from './suite-page.ts';

const HEAD = '<!-- Written by npm run docs from the schema of the targets file and the checks. -->';

/** What of a JSON Schema the page tells. */
interface Schema {
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly allOf?: readonly Schema[] | undefined;
  readonly $ref?: string | undefined;
  readonly definitions?: Readonly<Record<string, Schema>> | undefined;
}

const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    description: z.string().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    required: z.array(z.string()).optional(),
    items: schemaSchema.optional(),
    anyOf: z.array(schemaSchema).optional(),
    allOf: z.array(schemaSchema).optional(),
    $ref: z.string().optional(),
    definitions: z.record(z.string(), schemaSchema).optional(),
  }),
);

const DRIVERS = ['container', 'compose', 'host', 'network', 'reference'];
/** Fields that have a section of their own. */
const APART = ['claims', 'timing', 'permissions'];
const MEANING: Readonly<Record<Safety, string>> = {
  safe: 'Connections, greetings, certificates, logins of declared accounts, transactions that are dropped.',
  'sends-mail': 'Messages to the declared accounts and from them, and relaying up to RCPT or to the lab.',
  intrusive: 'Wrong passwords, many connections, data beyond limits.',
  destructive: 'What servers are known to die of; never granted unless it is named, nor ever to a host.',
};
/** More checks than these are counted by suite. */
const MOST_NAMED = 24;

/** Names of the claims of a targets file. */
export function claimNames(): readonly string[] {
  return Object.keys(parsed().definitions?.claims?.properties ?? {});
}

/**
 * The page of the targets file, as Markdown: each field, and which checks a permission or a claim is about.
 * @param readers codes of checks by the claims that they read
 * @param linkTo where a check is told
 */
export function targetsPage(
  checks: readonly Check[],
  readers: ReadonlyMap<string, readonly string[]>,
  linkTo: (code: string) => string,
): string {
  const root = parsed();
  const of = (name: string): Schema => root.definitions?.[name] ?? {};
  const field = (driver: string, name: string): Schema => of(driver).properties?.[name] ?? {};
  const named = (codes: readonly string[]) => namedChecks(codes, checks, linkTo);
  return [
    HEAD,
    '',
    '# Every field of the targets file',
    '',
    '[Declaring a target](../targets.md) says how one is written; this page has every field. *Left out* is what holds where a field is not there. Times are written as `250ms`, `8s`, `15m` or `1h`.',
    '',
    '## At the top',
    '',
    ...table(rowsOf(root, root)),
    ...DRIVERS.flatMap((driver) => {
      const apart = APART.filter((name) => of(driver).properties?.[name]);
      return [
        `## driver: ${driver}`,
        '',
        escaped(of(driver).description ?? ''),
        '',
        ...table(rowsOf(of(driver), root, APART)),
        `Besides: ${apart.map((name) => `[\`${name}\`](#${name})`).join(', ')}${apart.length === 0 ? 'nothing' : ''}.`,
        '',
      ];
    }),
    '## permissions',
    '',
    'What checks may do to the target. A check whose permission is not granted is not selected, and says so.',
    '',
    '| permission | what it lets checks do | granted where nothing is said | checks that need it |',
    '|---|---|---|---|',
    ...(Object.keys(MEANING) as Safety[]).map((safety) => {
      const granted = DRIVERS.filter((driver) =>
        listed(field(driver, 'permissions').default).includes(safety),
      );
      const codes = checks.filter(({ definition }) => definition.safety === safety).map(codeOf);
      return `| \`${safety}\` | ${MEANING[safety]} | ${granted.join(', ') || 'nowhere'} | ${named(codes)} |`;
    }),
    '',
    '## claims',
    '',
    'What the operator states about the target. *Holds to it*: a failure of these counts in every profile once the claim is made. *Reads it*: what these send, wait for or judge depends on it, or they do not apply without it.',
    '',
    ...Object.entries(of('claims').properties ?? {}).flatMap(([name, claim]) => {
      const upheld = PROMISE_NAMES.filter((one) => one === name || one.startsWith(`${name}.`)).flatMap(
        (one) => {
          const codes = checks.filter(({ definition }) => definition.upholds?.includes(one)).map(codeOf);
          return codes.length === 0 ? [] : [`- Holds to \`${one}\`: ${named(codes)}.`];
        },
      );
      return [
        `### ${name}`,
        '',
        `${escaped(claim.description ?? '')}${absence(claim)}`,
        '',
        ...(claim.properties ? table(rowsOf(claim, root)) : []),
        ...upheld,
        `- Reads it: ${named(readers.get(name) ?? [])}.`,
        '',
      ];
    }),
    '## timing',
    '',
    'How long mailspec waits for the target; of use where it, or the way to it, is slow.',
    '',
    '| field | what it says | left out | left out of a host |',
    '|---|---|---|---|',
    ...Object.entries(field('container', 'timing').properties ?? {}).map(([name, one]) => {
      const onHost = field('host', 'timing').properties?.[name];
      return `| \`${name}\` | ${escaped(one.description ?? '')} | ${written(one.default)} | ${written(onHost?.default)} |`;
    }),
    '',
  ].join('\n');
}

interface Row {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** The fields of a mapping, and those inside of them by their whole names. */
function rowsOf(schema: Schema, root: Schema, without: readonly string[] = [], above = ''): readonly Row[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !without.includes(name))
    .flatMap(([name, given]) => {
      const own = resolved(given, root);
      const path = `${above}${name}`;
      const isRequired = schema.required?.includes(name) === true && own.default === undefined;
      const inner = own.items ? resolved(own.items, root) : own;
      const below = `${path}${own.items ? '[]' : ''}.`;
      const variants = inner.anyOf?.map((one) => resolved(one, root)) ?? [inner];
      return [
        { name: path, schema: own, isRequired },
        ...variants.flatMap((one) => rowsOf(one, root, [], below)),
      ];
    });
}

/** What a reference means, with what is said beside it. */
function resolved(schema: Schema, root: Schema): Schema {
  const [all] = schema.allOf ?? [];
  const reference = schema.$ref ?? all?.$ref;
  const meant = reference && root.definitions?.[reference.split('/').at(-1) ?? ''];
  return meant ? { ...meant, ...schema } : schema;
}

function table(rows: readonly Row[]): readonly string[] {
  const told = rows.filter(({ schema }) => schema.const === undefined);
  if (told.length === 0) return [];
  return [
    '| field | what it says | left out |',
    '|---|---|---|',
    ...told.map(({ name, schema, isRequired }) => {
      const values = (schema.enum ?? schema.items?.enum ?? []).map((one) => `\`${String(one)}\``).join(', ');
      const text = [escaped(schema.description ?? ''), values === '' ? '' : `One of ${values}.`]
        .filter((part) => part !== '')
        .join(' ');
      return `| \`${name}\` | ${text} | ${isRequired ? 'must be there' : written(schema.default)} |`;
    }),
    '',
  ];
}

/** A default as it would be written. */
function written(value: unknown): string {
  if (value === undefined) return '';
  const isNothing = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isNothing ? 'nothing' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function absence({ default: value, properties }: Schema): string {
  const said = properties ? '' : written(value);
  return said === '' ? '' : ` Left out: ${said}.`;
}

function namedChecks(
  codes: readonly string[],
  checks: readonly Check[],
  linkTo: (code: string) => string,
): string {
  if (codes.length === 0) return 'none';
  if (codes.length <= MOST_NAMED) return codes.map((code) => `[${code}](${linkTo(code)})`).join(', ');
  const members = checks.filter((check) => codes.includes(codeOf(check)));
  const suites = [...Map.groupBy(members, ({ suite }) => suite)];
  return `${codes.length} checks: ${suites.map(([suite, its]) => `[${suite}](../suites/${suite}.md) ${its.length}`).join(', ')}`;
}

function codeOf({ definition }: Check): string {
  return definition.id;
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parsed(): Schema {
  return schemaSchema.parse(JSON.parse(targetsFileJsonSchema()));
}
