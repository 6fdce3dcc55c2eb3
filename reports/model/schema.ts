import { z } from 'zod';
import { FEATURES } from '../../harness/model/conformance-statement.ts';
import { likelyCause } from './cause-schema.ts';
import type { RunRecord } from './record.ts';
import { control, expectation, result } from './result-schema.ts';
import { NOT_SELECTED_REASONS } from './scope.ts';
import { suitesOf } from './suites-of.ts';
import { conclusion, count, moment, role, suitePrefix, suiteSlug, text } from './value-schema.ts';

const counts = {
  'not-applicable': count,
  pass: count,
  warn: count,
  'not-run': count,
  inconclusive: count,
  error: count,
  fail: count,
};

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

const certificate = z
  .strictObject({
    fingerprint,
    subject: text,
    issuer: text,
    names: z.array(text),
    namesOmitted: count,
    notBefore: moment.nullable(),
    notAfter: moment.nullable(),
    key: text,
    signature: text,
    selfSigned: z.boolean(),
  })
  .meta({ id: 'Certificate', description: 'What a certificate says that a port of the target sent.' });

const snapshot = z
  .strictObject({
    role,
    greeting: text.nullable(),
    clear: z.array(text),
    tls: z.array(text),
    tlsProtocol: text.nullable(),
    tlsCipher: text.nullable(),
    chain: z.array(fingerprint).exactOptional(),
    failure: text.nullable(),
  })
  .meta({ id: 'RoleSnapshot', description: 'Greeting and capabilities of a role, before and after TLS.' });

const lab = z
  .strictObject({
    vantages: z.array(z.strictObject({ name: text, address: text, network: text })),
    trustedVantage: z.boolean(),
    notes: z.array(text),
  })
  .meta({ id: 'Lab', description: 'Where the client stood, and what the preflight saw from there.' });

const guest = z
  .strictObject({
    permissions: z.array(z.enum(['safe', 'sends-mail', 'intrusive', 'destructive'])),
    authority: text.nullable(),
    contact: text.nullable(),
  })
  .meta({
    id: 'Guest',
    description: 'What the audit of a server that runs already was permitted, and by whom.',
  });

const statement = z
  .strictObject({
    vendor: text,
    product: text,
    version: text,
    contact: text.exactOptional(),
    features: z.partialRecord(z.enum(FEATURES), z.boolean()),
    tlsVersions: z.array(text).exactOptional(),
    cipherSuites: z.array(text).exactOptional(),
  })
  .meta({ id: 'ConformanceStatement', description: 'What the vendor of the target states about it.' });

const target = z
  .strictObject({
    name: text,
    declaredAt: z.strictObject({ file: text, line: count }),
    driver: text,
    domain: text,
    hostname: text,
    endpoints: z.array(z.strictObject({ role, address: text })),
    capabilities: z.array(snapshot),
    certificates: z.array(certificate).exactOptional(),
    lab: lab.nullable().exactOptional(),
    artefact: z.record(text, text),
    conformanceStatement: statement.exactOptional(),
    guest: guest.exactOptional(),
    conclusion,
    failure: text.nullable(),
    counts: z.strictObject(counts),
    notSelected: z.array(
      z.strictObject({ check: text, why: text, reason: z.enum(NOT_SELECTED_REASONS).exactOptional() }),
    ),
    controls: z.array(control).exactOptional(),
    causes: z.array(likelyCause).exactOptional(),
    results: z.array(result),
  })
  .refine(({ results }) => new Set(results.map(({ check }) => check)).size === results.length, {
    error: 'has two results of one check',
    path: ['results'],
  })
  .refine(({ controls = [] }) => new Set(controls.map((one) => one.control)).size === controls.length, {
    error: 'has two results of one control',
    path: ['controls'],
  })
  .refine(({ name, results }) => results.every((one) => one.target === name), {
    error: 'has a result of another target',
    path: ['results'],
  })
  .meta({ id: 'Target' });

const clause = z
  .strictObject({
    id: text,
    title: text.nullable(),
    level: z.enum(['MUST', 'SHOULD']).nullable(),
    checks: z.array(text),
    whyNot: text.nullable(),
  })
  .meta({ id: 'Clause', description: 'Clause of the document behind a profile, and what decides it.' });

const specification = z
  .strictObject({
    id: text,
    version: text,
    modules: z.array(
      z.strictObject({
        id: text,
        title: text,
        feature: text,
        level: z.enum(['MUST', 'SHOULD']),
        condition: text.nullable(),
        cases: z.array(
          z.strictObject({
            id: text,
            checks: z.array(text),
            repeats: text.nullable(),
            whyNot: text.nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Specification', description: 'Test cases for laboratories, and what decides each of them.' });

const remedy = z
  .strictObject({
    topic: text,
    checks: z.array(text),
    advice: z.strictObject({ en: text, ja: text }),
    servers: z.array(z.strictObject({ server: text, lines: z.array(text) })),
  })
  .meta({ id: 'Remedy', description: 'How to mend what some checks find, on common servers.' });

const translation = z
  .strictObject({ check: text, language: z.enum(['ja']), title: text, sends: text, demands: text })
  .meta({ id: 'Translation', description: 'The texts of a check in another language.' });

/** Strict schema of `results.json`: an unknown key, an unprintable text or a result counted twice is an error. */
export const runRecordSchema = z
  .strictObject({
    schema: z.literal('mailspec-results/1'),
    runId: text,
    startedAt: moment,
    finishedAt: moment,
    durationMs: z.number().nonnegative(),
    conclusion,
    exitCode: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]),
    interrupted: text.nullable(),
    tool: z.strictObject({
      name: z.literal('mailspec'),
      version: text,
      commit: text.nullable(),
      node: text,
      openssl: text,
    }),
    environment: z.strictObject({ os: text, arch: text, ci: text.nullable(), engine: text.nullable() }),
    profile: z.strictObject({
      id: text,
      version: text,
      title: text,
      strict: z.boolean(),
      verification: z.enum(['verified', 'not-verified']),
      clauses: z.array(clause),
      specifications: z.array(specification).min(1).exactOptional(),
    }),
    expectedFrom: text.nullable().exactOptional(),
    suitesFrom: z.array(text).min(1).exactOptional(),
    foundBy: z
      .strictObject({
        host: text.exactOptional(),
        domain: text.exactOptional(),
        resolver: text.exactOptional(),
        mailDomain: text.exactOptional(),
        account: text.exactOptional(),
        login: text.exactOptional(),
        passwordEnv: text.exactOptional(),
        permit: text.exactOptional(),
      })
      .exactOptional(),
    rerunOf: z.strictObject({ runId: text, checks: count, of: count }).exactOptional(),
    order: z.strictObject({ seed: count, isInTurn: z.boolean() }).exactOptional(),
    selection: z.strictObject({ only: z.array(text), skip: z.array(text) }),
    counts: z.strictObject({ ...counts, notSelected: count }),
    expected: z.array(expectation),
    remedies: z.array(remedy),
    translations: z.array(translation),
    suites: z
      .array(z.strictObject({ prefix: suitePrefix, slug: suiteSlug, topic: text, owner: text }))
      .exactOptional(),
    targets: z.array(target),
  })
  .refine(
    (record) => {
      const known = suitesOf(record).map(({ slug }) => slug);
      return record.targets.every(({ results }) => results.every(({ suite }) => known.includes(suite)));
    },
    { error: 'has a result of a suite that nobody knows', path: ['suites'] },
  )
  .refine(({ targets }) => new Set(targets.map(({ name }) => name)).size === targets.length, {
    error: 'has two targets of one name',
    path: ['targets'],
  })
  .meta({
    title: 'mailspec results',
    description: 'The record of a mailspec run.',
  }) satisfies z.ZodType<RunRecord>;

/** The record of a run in a file, checked whole, its keys in the order of the file. @throws SyntaxError, ZodError */
export function parseRecord(json: string): RunRecord {
  const record: RunRecord = JSON.parse(json);
  // The schema changes nothing but the order of keys, and what is derived again must be the same to the octet.
  runRecordSchema.parse(record);
  return record;
}

/** The schema as JSON Schema (draft 2020-12), as published in `results.schema.json`. */
export function recordJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(runRecordSchema), null, 2)}\n`;
}
