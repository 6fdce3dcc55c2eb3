import type { DKIMResult } from 'mailauth';
import { readHeader } from '../../messages/header.ts';
import { parseTagList, type Tag, tagValue } from './tag-list.ts';

/** A signature of a message and what became of it. */
export interface VerifiedSignature {
  /** `pass`, `fail`, `policy`, `neutral` or `temperror` (RFC 8601 §2.7.1). */
  readonly result: string;
  /** Why, where it is not `pass`. */
  readonly reason: string;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  /** The domain has the same organisational domain as the first author (RFC 9989 §4.4.1). */
  readonly aligned: boolean;
  /** Null where the field is no list of tags. */
  readonly tags: readonly Tag[] | null;
}

/** The texts of the TXT records of a name, the strings of each joined; none where there are none. */
export type TxtLookup = (name: string) => Promise<readonly string[]>;

/** Verifies every signature of a message as strictly as RFC 6376, 8301 and 8463 ask, topmost first. */
export async function verify(message: Buffer, lookup: TxtLookup): Promise<readonly VerifiedSignature[]> {
  const fields = readHeader(message).fields.filter(({ name }) => name === 'dkim-signature');
  if (fields.length === 0) return [];
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  const { results } = await dkimVerify(message, {
    strict: true,
    resolver: async (name) => {
      const texts = await lookup(name);
      if (texts.length > 0) return texts.map((text) => [text]);
      throw Object.assign(new Error(`There is no TXT record of ${name}.`), { code: 'ENOTFOUND' });
    },
  });
  return fields.map(({ value }, index) => judged(parseTagList(value), results[index]));
}

function judged(tags: readonly Tag[] | null, verdict: DKIMResult | undefined): VerifiedSignature {
  const { result = 'none', comment, aligned } = verdict?.status ?? {};
  return {
    result,
    reason: typeof comment === 'string' ? comment : '',
    domain: (tagValue(tags, 'd') ?? '').toLowerCase(),
    selector: tagValue(tags, 's') ?? '',
    algorithm: tagValue(tags, 'a') ?? '',
    aligned: typeof aligned === 'string',
    tags,
  };
}
