import type { DNSResolver } from 'mailauth';
import { readHeader } from '../../messages/header.ts';
import { membersOf, parseTagList, type Tag, tagValue } from '../dkim/tag-list.ts';
import type { TxtLookup } from '../dkim/verify.ts';

/** A field of an ARC set (RFC 8617 §4.1). */
export interface ArcField {
  readonly name: 'arc-seal' | 'arc-message-signature' | 'arc-authentication-results';
  /** Null where none can be read. */
  readonly instance: number | null;
  /** `cv=` of a seal, in lower case; null elsewhere, and where it is missing. */
  readonly validation: string | null;
  /** Names in `h=`, in lower case; empty where there are none. */
  readonly signed: readonly string[];
}

/** What became of the chain of a message (RFC 8617 §5.2). */
export interface Chain {
  /** `none`, `pass` or `fail`. */
  readonly result: 'none' | 'pass' | 'fail';
  /** Why it fails, as far as is known. */
  readonly reason: string;
  /** The fields of its sets, topmost first. */
  readonly fields: readonly ArcField[];
}

const NAMES: readonly string[] = [
  'arc-seal',
  'arc-message-signature',
  'arc-authentication-results',
] satisfies ArcField['name'][];

/** The ARC fields of a message, topmost first, whether or not they make up a chain. */
export function arcFields(message: Buffer): readonly ArcField[] {
  return readHeader(message).fields.flatMap(({ name, value }) => {
    if (!isArcName(name)) return [];
    // The results follow their instance (RFC 8617 §4.1.1) and are no list of tags.
    const tags = parseTagList(name === 'arc-authentication-results' ? (value.split(';')[0] ?? '') : value);
    return [
      {
        name,
        instance: instanceOf(tags),
        validation: name === 'arc-seal' ? (tagValue(tags, 'cv')?.toLowerCase() ?? null) : null,
        signed: membersOf(tagValue(tags, 'h')),
      },
    ];
  });
}

function isArcName(name: string): name is ArcField['name'] {
  return NAMES.includes(name);
}

function instanceOf(tags: readonly Tag[] | null): number | null {
  const text = tagValue(tags, 'i');
  return text !== undefined && /^\d{1,2}$/.test(text) ? Number(text) : null;
}

/** Validates the chain of a message as strictly as RFC 8617 asks. */
export async function verifyChain(message: Buffer, lookup: TxtLookup): Promise<Chain> {
  const { result, reason } = await chainResult(message, async (name) => {
    const texts = await lookup(name);
    if (texts.length > 0) return texts.map((text) => [text]);
    throw Object.assign(new Error(`There is no TXT record of ${name}.`), { code: 'ENOTFOUND' });
  });
  return { result, reason, fields: arcFields(message) };
}

/** The same with a resolver, and whether another set may be added (RFC 8617 §5.1). */
export async function chainResult(
  message: Buffer,
  resolver: DNSResolver,
): Promise<Pick<Chain, 'result' | 'reason'> & { readonly mayBeSealed: boolean }> {
  // The package as a whole loads an HTTP client too.
  const [{ arc }, { dkimVerify }] = await Promise.all([
    import('mailauth/lib/arc/index.js'),
    import('mailauth/lib/dkim/verify.js'),
  ]);
  const { arc: data } = await dkimVerify(message, { resolver, strict: true });
  if (!data) return { result: 'none', reason: '', mayBeSealed: true };
  const { status } = await arc({ ...data, chain: data.chain || [] }, { resolver, strict: true });
  const { result, comment, shouldSeal } = status;
  if (result === 'none' || result === 'pass') return { result, reason: '', mayBeSealed: true };
  return { result: 'fail', reason: comment ?? '', mayBeSealed: shouldSeal === true };
}
