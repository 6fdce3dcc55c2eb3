import { z } from 'zod';
import { likelyCause } from './cause-schema.ts';
import { PRINTABLE } from './printable.ts';
import type { RunRecord } from './record.ts';
import {
  CAUSES,
  type CheckId,
  ROLE_NAMES,
  type Role,
  SUITES,
  type SuiteSlug,
  VERDICTS,
} from './vocabulary.ts';

/** Every text of a record: one line, visible notation where it came from a server. */
const text = z.string().regex(PRINTABLE, 'holds a character that is not printable');
const count = z.int().nonnegative();
const moment = z.iso.datetime();

const suites = SUITES.map((suite) => suite.slug) as [SuiteSlug, ...SuiteSlug[]];
const prefixes = SUITES.map((suite) => suite.prefix) as [(typeof SUITES)[number]['prefix']];
const checkId: z.ZodType<CheckId> = z.templateLiteral([z.enum(prefixes), '-', z.string().regex(/\d{3}/)]);
const role = z.enum(ROLE_NAMES as [Role, ...Role[]]);
const verdict = z.enum(VERDICTS);
const cause = z.enum(CAUSES).nullable();
const conclusion = z.enum(['conformant', 'non-conformant', 'undetermined']);

const counts = {
  'not-applicable': count,
  pass: count,
  warn: count,
  'not-run': count,
  inconclusive: count,
  error: count,
  fail: count,
};

const verification = z
  .strictObject({
    demand: text,
    expected: text,
    actual: text,
    held: z.boolean(),
    strict: z.boolean(),
    at: count,
  })
  .meta({ id: 'Verification', description: 'One statement about the server that was checked.' });

const variant = z
  .strictObject({
    name: text,
    role: role.nullable(),
    verdict,
    cause,
    reason: text,
    violations: z.array(verification),
    deviations: z.array(verification),
    verified: count,
    endedBy: text.exactOptional(),
  })
  .meta({ id: 'Variant', description: 'Outcome of a check on one role or for one input.' });

const transcriptLine = z
  .strictObject({
    seq: count,
    at: count.meta({ description: 'Microseconds since the check began.' }),
    connection: count,
    who: z.enum(['client', 'server', 'note']),
    layer: z.enum(['clear', 'tls']).nullable(),
    text,
    mark: z.enum(['violation', 'deviation']).nullable(),
  })
  .meta({ id: 'TranscriptLine' });

const evidence = z
  .strictObject({
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    file: text,
    mediaType: z.literal('application/x-ndjson'),
    events: count,
    bytes: count,
    redactions: count,
  })
  .meta({ id: 'Evidence', description: 'The sealed dialogue of a check.' });

const times = z
  .strictObject({
    queuedMs: count.meta({ description: 'It waited for what others held.' }),
    workedMs: count.meta({ description: 'It talked to the target.' }),
    waitedMs: count.meta({ description: 'It waited on purpose, for mail to arrive or time to pass.' }),
    delayedMs: count.meta({ description: 'The machine did not let it run; part of the others.' }),
    queues: z.array(z.strictObject({ for: text, ms: count })),
    holds: z.array(text),
  })
  .meta({ id: 'Times', description: 'Where the time of a check went, in milliseconds.' });

const waived = { reason: text, authority: text, expires: z.iso.date(), place: text };
const waiver = z
  .strictObject(waived)
  .meta({ id: 'Waiver', description: 'Decision to live with a deviation until a day; changes no verdict.' });

const expectation = z
  .strictObject({
    ...waived,
    target: text,
    check: text,
    verdict: z.enum(['fail', 'warn', 'inconclusive']),
    state: z.enum(['met', 'stale', 'open']),
    why: text,
  })
  .meta({ id: 'Expectation', description: 'An expected deviation, and whether it occurred.' });

const result = z
  .strictObject({
    check: checkId,
    slug: text,
    suite: z.enum(suites),
    title: text,
    sends: text,
    demands: text,
    level: z.enum(['MUST', 'SHOULD', 'MAY', 'policy']),
    severity: z.enum(['critical', 'high', 'medium', 'low', 'info']),
    clauses: z.array(z.templateLiteral([z.string().regex(/[a-z0-9-]+/), '#', z.string().regex(/[ -~]+/)])),
    limits: z.array(text),
    controls: z.array(text).exactOptional(),
    target: text,
    verdict,
    cause,
    reason: text,
    variants: z.array(variant),
    endedBy: text.exactOptional(),
    startedAt: moment,
    durationMs: z.number().nonnegative(),
    times: times.exactOptional(),
    attempt: z.union([z.literal(1), z.literal(2)]),
    control: z.strictObject({ alive: z.boolean(), text }).nullable(),
    evidence: evidence.nullable(),
    transcript: z.array(transcriptLine),
    transcriptOmitted: count,
    source: z.strictObject({ file: text, line: count }),
    rerun: text,
    gate: z.enum(['fail', 'warn', 'info']),
    consequence: z.enum(['finding', 'unsettled', 'waived', 'advice', 'none']),
    waiver: waiver.nullable(),
  })
  .meta({ id: 'Result', description: 'Result of one check on one target.' });

const control = z
  .strictObject({
    control: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    title: text,
    state: z.enum(['found', 'broke-off', 'not-applicable']),
    cause,
    endedBy: text.exactOptional(),
    line: text,
    startedAt: moment,
    durationMs: z.number().nonnegative(),
    evidence: evidence.nullable(),
    transcript: z.array(transcriptLine),
    transcriptOmitted: count,
    source: z.strictObject({ file: text, line: count }),
  })
  .meta({
    id: 'Control',
    description:
      'What must be known of a target before checks can tell anything; it ran once, for all of them.',
  });

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
    conclusion,
    failure: text.nullable(),
    counts: z.strictObject(counts),
    notSelected: z.array(z.strictObject({ check: text, why: text })),
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
    }),
    selection: z.strictObject({ only: z.array(text), skip: z.array(text) }),
    counts: z.strictObject({ ...counts, notSelected: count }),
    expected: z.array(expectation),
    remedies: z.array(remedy),
    translations: z.array(translation),
    targets: z.array(target),
  })
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
