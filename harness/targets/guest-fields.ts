import { z } from 'zod';
import { oneLine, text } from '../model/fields.ts';

/** What is declared of a server that runs already, and of no other. */

export const authority = oneLine('"Jane Doe, postmaster of example.org, ticket 4711"').describe(
  'Who allowed this audit to do more than read: a name, an office, a contract, a ticket. It stands in every report. What goes beyond "safe" needs it, unless the server is on this machine.',
);

/** It stands in a header field, so that it is ASCII (RFC 5322 §2.2) and no line gets too long. */
export const contact = text(
  /^[\x21-\x7e]([\x20-\x7e]{0,118}[\x21-\x7e])?$/,
  'one line of printable ASCII, 120 characters at most, such as security@example.org',
).describe(
  'Whom to ask about this audit; it stands in every message that mailspec composes. "sends-mail" needs it, unless the server is on this machine.',
);

const SPANS = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;
type Span = keyof typeof SPANS;
const FORM = 'a pace such as "60 per minute" (second, minute or hour), or 0 for no limit';

/** How often a new connection begins; milliseconds between two of them once read, 0 for no limit. */
export const pace = z
  .union([z.literal(0, { error: FORM }), text(/^[1-9]\d{0,4} per (second|minute|hour)$/, FORM)], {
    error: FORM,
  })
  .transform((written) => {
    if (written === 0) return 0;
    const [count = '1', span = 'minute'] = written.split(' per ');
    return SPANS[span as Span] / Number(count);
  })
  .describe(
    'Most connections that begin in a time, spread evenly. "60 per minute" where nothing is said; no limit then for a server on this machine.',
  );

/** Milliseconds between two connections where nothing is declared. */
export const USUAL_PACE_MS = 1_000;
