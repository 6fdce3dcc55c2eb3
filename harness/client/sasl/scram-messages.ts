import { visibleExcerpt } from '../../evidence/visible.ts';

/** The server's first message (RFC 5802 §7 server-first-message). */
export interface ServerFirst {
  /** As received, octets as Latin-1: it enters the proof unchanged. */
  readonly raw: string;
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** A name with `=` and `,` escaped (RFC 5802 §5.1 `n`). */
export function saslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

/** Reads `r=…,s=…,i=…`, or `e=…`; anything else is a problem, told as a sentence. */
export function readServerFirst(
  message: Buffer,
): ServerFirst | { readonly serverError: string } | { readonly problem: string } {
  const raw = message.toString('latin1');
  const error = /^e=([^,]*)/.exec(raw)?.[1];
  if (error !== undefined) return { serverError: error };
  const parts = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9]\d{0,9})(?:,|$)/.exec(raw);
  if (!parts) {
    const found = visibleExcerpt(message, 200);
    return { problem: `Expected r=, s= and i= as first message of the SCRAM server, found "${found}".` };
  }
  return {
    raw,
    nonce: parts[1] ?? '',
    salt: Buffer.from(parts[2] ?? '', 'base64'),
    iterations: Number(parts[3]),
  };
}

/** Reads `v=…` or `e=…` (RFC 5802 §7 server-final-message); both undefined for anything else. */
export function readServerFinal(message: Buffer): {
  readonly signature: Buffer | undefined;
  readonly serverError: string | undefined;
} {
  const parts = /^([ve])=([^,]*)/.exec(message.toString('latin1'));
  return {
    signature: parts?.[1] === 'v' ? Buffer.from(parts[2] ?? '', 'base64') : undefined,
    serverError: parts?.[1] === 'e' ? (parts[2] ?? '') : undefined,
  };
}
