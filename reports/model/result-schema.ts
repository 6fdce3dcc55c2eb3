import { z } from 'zod';
import { cause, checkId, count, moment, role, suiteSlug, text, verdict } from './value-schema.ts';

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

export const expectation = z
  .strictObject({
    ...waived,
    target: text,
    check: text,
    verdict: z.enum(['fail', 'warn', 'inconclusive']),
    state: z.enum(['met', 'stale', 'open']),
    why: text,
  })
  .meta({ id: 'Expectation', description: 'An expected deviation, and whether it occurred.' });

export const result = z
  .strictObject({
    check: checkId,
    slug: text,
    suite: suiteSlug,
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

export const control = z
  .strictObject({
    control: suiteSlug,
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
