import { TYPE } from '../types.ts';
import type { ResourceRecord } from '../zone.ts';
import { canonicalName, canonicalRecords } from './canonical.ts';
import { ECDSA_P256_SHA256, type ZoneKey } from './zone-key.ts';

/** What is wrong with a signature. `missing`: there is none. */
export type SignatureFlaw = 'corrupt' | 'expired' | 'missing';

export interface Signing {
  /** Name of the zone. */
  readonly origin: string;
  readonly key: ZoneKey;
  readonly flaw?: SignatureFlaw | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;

/**
 * The RRSIG over one RRset (RFC 4034 3.1). Records that came from a wildcard are signed under the name asked for,
 * as a server does that signs while it answers.
 */
export function signatureOver(
  records: readonly ResourceRecord[],
  { origin, key, flaw, now }: Signing,
): ResourceRecord[] {
  const [first] = records;
  if (first === undefined || flaw === 'missing') return [];
  // The times change by the hour, so that the same records have the same signature for a while.
  const seconds = Math.floor(now / 1_000 / HOUR) * HOUR;
  const [inception, expiration] =
    flaw === 'expired' ? [seconds - 3 * DAY, seconds - DAY] : [seconds - HOUR, seconds + DAY];
  const head = Buffer.alloc(18);
  head.writeUInt16BE(first.type, 0);
  head[2] = ECDSA_P256_SHA256;
  head[3] = labelsOf(first.name);
  head.writeUInt32BE(first.ttl, 4);
  head.writeUInt32BE(expiration, 8);
  head.writeUInt32BE(inception, 12);
  head.writeUInt16BE(key.tag, 16);
  const covered = Buffer.concat([head, canonicalName(origin)]);
  const signature = key.sign(Buffer.concat([covered, canonicalRecords(records, first.ttl)]));
  if (flaw === 'corrupt') signature[40] = (signature[40] ?? 0) ^ 0x01;
  return [{ name: first.name, type: TYPE.RRSIG, ttl: first.ttl, rdata: Buffer.concat([covered, signature]) }];
}

/** Labels without the root, and without a wildcard label in front (RFC 4034 3.1.3). */
function labelsOf(name: string): number {
  const wire = canonicalName(name);
  let labels = 0;
  for (let at = 0; (wire[at] ?? 0) > 0; at += 1 + (wire[at] ?? 0)) labels += 1;
  return name.startsWith('*.') ? labels - 1 : labels;
}
