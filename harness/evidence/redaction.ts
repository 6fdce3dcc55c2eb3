import { createHash, randomBytes } from 'node:crypto';

/**
 * Removes secrets from octets before they are recorded: as they are, and in any base64 text that
 * contains them, whatever its alignment (SASL PLAIN, LOGIN, `AUTH=` parameters, echoes of a server).
 * The marker keeps length and a digest salted per run, so that two uses of one secret can be told to
 * be the same without saying what it is.
 */
export interface Redactor {
  /** Registers a secret; texts shorter than four octets are ignored, they would redact everything. */
  add(secret: string | Uint8Array): void;
  /** `bytes` with every registered secret replaced, and how many were. */
  redact(bytes: Buffer): { readonly bytes: Buffer; readonly redactions: number };
}

const SALT = randomBytes(16);
const BASE64_RUN = /[A-Za-z0-9+/]{6,}={0,2}/g;

/** `[secret 12 octets #1a2b3c4d]`: what stands in evidence instead of a secret. */
export function marker(secret: Uint8Array): string {
  const digest = createHash('sha256').update(SALT).update(secret).digest('hex').slice(0, 8);
  return `[secret ${secret.length} octets #${digest}]`;
}

export function createRedactor(): Redactor {
  const secrets: Buffer[] = [];

  function replaceRaw(bytes: Buffer): { bytes: Buffer; redactions: number } {
    let redactions = 0;
    let rest = bytes;
    for (const secret of secrets) {
      const parts: Buffer[] = [];
      let from = 0;
      for (let at = rest.indexOf(secret); at >= 0; at = rest.indexOf(secret, from)) {
        parts.push(rest.subarray(from, at), Buffer.from(marker(secret)));
        from = at + secret.length;
        redactions += 1;
      }
      if (parts.length > 0) rest = Buffer.concat([...parts, rest.subarray(from)]);
    }
    return { bytes: rest, redactions };
  }

  function replaceBase64(bytes: Buffer): { bytes: Buffer; redactions: number } {
    let redactions = 0;
    const text = bytes.toString('latin1').replace(BASE64_RUN, (run) => {
      const decoded = Buffer.from(run, 'base64');
      const secret = secrets.find((candidate) => decoded.includes(candidate));
      if (!secret) return run;
      redactions += 1;
      return marker(Buffer.from(run));
    });
    return redactions > 0 ? { bytes: Buffer.from(text, 'latin1'), redactions } : { bytes, redactions };
  }

  return {
    add(secret) {
      const bytes = Buffer.from(secret);
      if (bytes.length < 4 || secrets.some((known) => known.equals(bytes))) return;
      secrets.push(bytes);
      // Longest first, so that a secret that contains another is replaced whole.
      secrets.sort((a, b) => b.length - a.length);
    },
    redact(bytes) {
      if (secrets.length === 0) return { bytes, redactions: 0 };
      const encoded = replaceBase64(bytes);
      const raw = replaceRaw(encoded.bytes);
      return { bytes: raw.bytes, redactions: encoded.redactions + raw.redactions };
    },
  };
}
