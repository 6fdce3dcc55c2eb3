import { createHash, randomBytes } from 'node:crypto';
import { visible } from './visible.ts';

/**
 * Removes secrets from octets before they are recorded: as they are, in visible notation, and in any
 * base64 text that contains them, whatever its alignment (SASL PLAIN, LOGIN, `AUTH=` parameters, echoes
 * of a server). The marker keeps length and a digest salted per run, so that two uses of one secret can
 * be told to be the same without saying what it is.
 */
export interface Redactor {
  /** Registers a secret; texts shorter than four octets are ignored, they would redact everything. */
  add(secret: string | Uint8Array): void;
  /** `bytes` with every registered secret replaced, and how many places were. */
  redact(bytes: Buffer): { readonly bytes: Buffer; readonly redactions: number };
  /** Whether a secret lies across the border of two pieces of one stream. */
  straddles(before: Buffer, after: Buffer): boolean;
  /** Most octets that one secret takes in any of its forms. */
  readonly reach: number;
}

const SALT = randomBytes(16);
const SHORTEST = 4;
const BASE64_CHARACTERS: ReadonlySet<number | undefined> = new Set(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_'),
);
const PADDING = 0x3d;

/** `[secret 12 octets #1a2b3c4d]`: what stands in evidence instead of a secret. */
export function marker(secret: Uint8Array): string {
  const digest = createHash('sha256').update(SALT).update(secret).digest('hex').slice(0, 8);
  return `[secret ${secret.length} octets #${digest}]`;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a secret looks like inside base64 when `offset` octets of its group of three stand before it. */
interface Base64Form {
  readonly offset: number;
  /** The characters that the secret alone decides. */
  readonly core: Buffer;
  /** Number of characters of the group in front of the core. */
  readonly lead: number;
}

interface Secret {
  readonly bytes: Buffer;
  readonly forms: readonly Base64Form[];
}

/** How many hashes of `SHORTEST` octets there are. */
const HASHES = 1 << 18;

/** The hash of the last four octets, `octet` among them: shifts by five bits push older ones out. */
function nextHash(hash: number, octet: number): number {
  return ((hash << 5) ^ (octet * 0x9e5)) & (HASHES - 1);
}

export function createRedactor(): Redactor {
  const secrets: Secret[] = [];
  /** One for the hash of every beginning of a secret in any of its forms: almost no segment has one of them. */
  const beginnings = new Uint8Array(HASHES);
  let reach = 0;

  function mayHoldOne(bytes: Buffer): boolean {
    let hash = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      hash = nextHash(hash, bytes[at] ?? 0);
      if (beginnings[hash] === 1) return true;
    }
    return false;
  }

  function register(bytes: Buffer): void {
    if (bytes.length < SHORTEST || secrets.some((known) => known.bytes.equals(bytes))) return;
    const forms = [0, 1, 2].flatMap((offset) => base64Forms(bytes, offset));
    secrets.push({ bytes, forms });
    for (const begun of [bytes, ...forms.map(({ core }) => core)])
      beginnings[begun.subarray(0, SHORTEST).reduce(nextHash, 0)] = 1;
    reach = Math.max(reach, Math.ceil((bytes.length + 2) / 3) * 4);
  }

  function spans(bytes: Buffer): Span[] {
    if (!mayHoldOne(bytes)) return [];
    const found = secrets.flatMap((secret) => [
      ...occurrences(bytes, secret.bytes).map((from) => ({ from, to: from + secret.bytes.length })),
      ...secret.forms.flatMap((form) => base64Spans(bytes, secret.bytes, form)),
    ]);
    return joined(found);
  }

  return {
    get reach() {
      return reach;
    },
    add(secret) {
      const bytes = Buffer.from(secret);
      register(bytes);
      register(Buffer.from(visible(bytes)));
    },
    redact(bytes) {
      const parts: Buffer[] = [];
      let from = 0;
      const found = spans(bytes);
      for (const span of found) {
        parts.push(bytes.subarray(from, span.from), Buffer.from(marker(bytes.subarray(span.from, span.to))));
        from = span.to;
      }
      return found.length === 0
        ? { bytes, redactions: 0 }
        : { bytes: Buffer.concat([...parts, bytes.subarray(from)]), redactions: found.length };
    },
    straddles(before, after) {
      if (reach === 0) return false;
      const tail = before.subarray(Math.max(0, before.length - reach));
      const head = after.subarray(0, reach);
      return spans(Buffer.concat([tail, head])).some(
        ({ from, to }) => from < tail.length && to > tail.length,
      );
    },
  };
}

/** The forms in both alphabets of base64 (RFC 4648 §4, §5); one where they do not differ. */
function base64Forms(secret: Buffer, offset: number): Base64Form[] {
  const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64');
  const lead = Math.ceil((offset * 8) / 6);
  const core = encoded.slice(lead, Math.floor(((offset + secret.length) * 8) / 6));
  const urlSafe = core.replaceAll('+', '-').replaceAll('/', '_');
  return [...new Set([core, urlSafe])].map((text) => ({ offset, core: Buffer.from(text), lead }));
}

/** The whole base64 text around every place where it decodes to the secret. */
function base64Spans(bytes: Buffer, secret: Buffer, { offset, core, lead }: Base64Form): Span[] {
  const found: Span[] = [];
  let run: Span = { from: 0, to: 0 };
  for (let at = bytes.indexOf(core); at >= 0; at = bytes.indexOf(core, at + 1)) {
    if (at < run.to && found.at(-1) === run) continue;
    if (at >= run.to) run = base64Run(bytes, at);
    if (decodesTo(secret, bytes, at - lead, offset, run)) found.push(run);
  }
  return found;
}

/**
 * The characters at the edges of the core carry bits of the secret too: where the text is whole they
 * tell a secret of four octets from an ordinary word.
 */
function decodesTo(secret: Buffer, bytes: Buffer, group: number, offset: number, run: Span): boolean {
  if (group < run.from) return true;
  const text = bytes.toString('latin1', group, Math.min(run.to, group + 4 * (secret.length + 1)));
  return Buffer.from(text, 'base64')
    .subarray(offset, offset + secret.length)
    .equals(secret);
}

/** The base64 text around `at`, its padding included. */
function base64Run(bytes: Buffer, at: number): Span {
  let from = at;
  while (from > 0 && BASE64_CHARACTERS.has(bytes[from - 1])) from -= 1;
  let to = at;
  while (BASE64_CHARACTERS.has(bytes[to])) to += 1;
  while (bytes[to] === PADDING) to += 1;
  return { from, to };
}

function occurrences(bytes: Buffer, sought: Buffer): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + 1)) found.push(at);
  return found;
}

/** Spans in order, those that overlap made one. */
function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && span.from < last.to)
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else result.push(span);
  }
  return result;
}
