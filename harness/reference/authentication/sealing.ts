import { sealed } from '../../authentication/arc/seal.ts';
import { chainResult } from '../../authentication/arc/verify.ts';
import { readHeader } from '../../messages/header.ts';
import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';

type Validation = 'none' | 'pass' | 'fail';

/**
 * The message with one more ARC set, which tells the next hop what was found here (RFC 8617 §5.1). A chain
 * whose last seal says cv=fail gets none.
 */
export async function sealedForNextHop(site: Site, message: Buffer, results: Buffer): Promise<Buffer> {
  const [order] = site.signing?.orders ?? [];
  if (!order || !site.lookups || !site.offers('sealing')) return message;
  const { result, mayBeSealed } = await chainResult(message, site.lookups.resolve);
  if (!mayBeSealed) return message;
  const { domain, selector, key } = order;
  const seal = {
    domain,
    selector,
    key,
    results: recordedIn(results) ?? `${site.hostname}; none`,
    validation: mistakenValidation(site, result),
  };
  if (!site.faulty('arc-instance-repeated')) return sealed(message, seal);
  const { fields, separator, body } = splitMessage(message);
  const others = fields.filter(({ name }) => !name.startsWith('arc-')).map(({ octets }) => octets);
  const bare = Buffer.concat([...others, separator, body]);
  const whole = await sealed(bare, { ...seal, validation: 'none' });
  return Buffer.concat([whole.subarray(0, whole.length - bare.length), message]);
}

function mistakenValidation({ faulty }: Site, found: Validation): Validation {
  if (found === 'none' && faulty('arc-first-seal-says-pass')) return 'pass';
  if (found === 'pass' && faulty('arc-good-chain-sealed-as-broken')) return 'fail';
  return found === 'fail' && faulty('arc-broken-chain-sealed-as-good') ? 'pass' : found;
}

/** What this site has written into its Authentication-Results field. */
function recordedIn(results: Buffer): string | undefined {
  return readHeader(results).fields.find(({ name }) => name === 'authentication-results')?.value;
}
