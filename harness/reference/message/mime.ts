import { CRLF } from '../../wire/bytes.ts';
import { type HeaderField, type SplitMessage, splitMessage } from './header.ts';

/** A part of a message (RFC 2045, 2046). */
export interface MimePart {
  /** The part with its header; of the message itself the whole message. */
  readonly whole: Buffer;
  readonly split: SplitMessage;
  /** In lower case, such as `text` and `plain`. */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Parts of a multipart. */
  readonly parts: readonly MimePart[];
  /** The message inside a message/rfc822. */
  readonly inner: MimePart | undefined;
}

/** Nesting beyond which parts are taken as they are. */
const DEPTH_LIMIT = 20;

export function parseMime(whole: Buffer, depth = 0): MimePart {
  const split = splitMessage(whole);
  const { value: contentType, parameters } = parameterized(
    fieldValue(split.fields, 'content-type') ?? 'text/plain',
  );
  const [type = 'text', subtype = 'plain'] = contentType.toLowerCase().split('/');
  const boundary = parameters.get('boundary');
  const nested = depth < DEPTH_LIMIT;
  const parts =
    type === 'multipart' && boundary && nested
      ? splitMultipart(split.body, boundary).map((part) => parseMime(part, depth + 1))
      : [];
  const isMessage = type === 'message' && subtype === 'rfc822' && nested;
  return {
    whole,
    split,
    // A multipart without parts has no structure to show.
    type: type === 'multipart' && parts.length === 0 ? 'text' : type,
    subtype: type === 'multipart' && parts.length === 0 ? 'plain' : subtype,
    parameters,
    parts,
    inner: isMessage ? parseMime(split.body, depth + 1) : undefined,
  };
}

export function fieldValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

/** `value; name=value; name="value"` (RFC 2045 §5.1). */
export function parameterized(text: string): { value: string; parameters: Map<string, string> } {
  const [value = '', ...rest] = text.match(/(?:"(?:[^"\\]|\\.)*"|[^;"])+/g) ?? [];
  const parameters = new Map<string, string>();
  for (const item of rest) {
    const match = /^\s*([^\s=]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(\S*))\s*$/.exec(item);
    if (match)
      parameters.set((match[1] ?? '').toLowerCase(), (match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return { value: value.trim(), parameters };
}

/** The octets between the delimiters; the CRLF before a delimiter belongs to it (RFC 2046 §5.1.1). */
function splitMultipart(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(CRLF, at);
    const next = end < 0 ? body.length : end + CRLF.length;
    const line = body.subarray(at, end < 0 ? body.length : end);
    if (
      line.subarray(0, delimiter.length).equals(delimiter) &&
      /^(--)?[ \t]*$/.test(line.subarray(delimiter.length).toString('latin1'))
    ) {
      if (start >= 0) parts.push(body.subarray(start, Math.max(start, at - CRLF.length)));
      start = next;
      if (line.subarray(delimiter.length).toString('latin1').startsWith('--')) return parts;
    }
    at = next;
  }
  if (start >= 0) parts.push(body.subarray(start));
  return parts;
}
