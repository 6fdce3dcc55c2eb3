import { z } from 'zod';
import { yesOrNo } from './fields.ts';

/** The relay host through which all mail leaves a target; the lab plays it. */
export type SmarthostClaim = z.output<typeof smarthostClaim>;

/** By how the host speaks TLS: relaying without TLS (RFC 5321), submission (RFC 6409), and RFC 8314. */
const PORTS = { none: 25, starttls: 587, implicit: 465 } as const;

export const smarthostClaim = z
  .strictObject(
    {
      port: z
        .int({ error: 'a port number' })
        .min(1, { error: 'a port number' })
        .max(65_535, { error: 'a port number' })
        .exactOptional()
        .describe('Port of the host; by TLS: 25 without, 587 with STARTTLS, 465 with TLS from the start.'),
      tls: z
        .enum(['none', 'starttls', 'implicit'], { error: 'none, starttls or implicit' })
        .default('starttls')
        .describe('Whether the host offers STARTTLS, speaks TLS from the start, or does without.'),
      login: yesOrNo
        .default(true)
        .describe('The host takes mail after AUTH PLAIN or LOGIN only; inside TLS where it has TLS.'),
    },
    { error: 'a mapping of port, tls and login' },
  )
  .describe('All mail leaves by a relay host, which the lab plays; left out: the target delivers itself.')
  .transform(({ port, tls, login }) => ({ port: port ?? PORTS[tls], tls, login }));
