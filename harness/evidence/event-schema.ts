import { z } from 'zod';
import type { EvidenceEvent } from './events.ts';

const count = z.int().nonnegative();
const place = { seq: count, at: count, connection: count };
const layer = z.enum(['clear', 'tls']);
const omitted = z.object({ behind: count, octets: count, sha256: z.string() }).exactOptional();
const traffic = { ...place, kind: z.enum(['send', 'recv']), layer, redactions: count, omitted };

/** One line of an evidence file. */
export const eventSchema = z.union([
  z.object({ ...traffic, text: z.string() }),
  z.object({ ...traffic, bytes: z.base64() }),
  z.discriminatedUnion('kind', [
    z.object({
      ...place,
      kind: z.literal('connect'),
      role: z.string(),
      address: z.string(),
      localAddress: z.string(),
    }),
    z.object({
      ...place,
      kind: z.literal('refused'),
      role: z.string(),
      address: z.string(),
      code: z.string(),
    }),
    z.object({
      ...place,
      kind: z.literal('tls'),
      protocol: z.string(),
      cipher: z.string(),
      serverName: z.string(),
    }),
    z.object({ ...place, kind: z.literal('tls-failed'), reason: z.string() }),
    z.object({
      ...place,
      kind: z.literal('expect'),
      what: z.string(),
      withinMs: z.number(),
      ended: z.enum(['met', 'silence', 'closed', 'limit']),
    }),
    z.object({
      ...place,
      kind: z.literal('close'),
      by: z.enum(['server', 'client']),
      how: z.enum(['fin', 'rst', 'error']),
    }),
    z.object({ ...place, kind: z.literal('note'), text: z.string() }),
    z.object({
      ...place,
      kind: z.literal('verify'),
      demand: z.string(),
      expected: z.string(),
      actual: z.string(),
      held: z.boolean(),
      strict: z.boolean(),
    }),
  ]),
]) satisfies z.ZodType<EvidenceEvent>;
