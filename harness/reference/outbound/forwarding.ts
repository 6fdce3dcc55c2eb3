import type { ForwardingClaim } from '../../model/forwarding-claim.ts';
import type { Site } from '../site.ts';

/** Where the forwarding address of a site leads. */
const COLLECTOR = 'collector@forwarded.test';

/** The address of a site whose mail goes on, and where to; undefined where it has none. */
export function forwardingOf({
  domain,
  relay,
  offers,
}: Pick<Site, 'domain' | 'relay' | 'offers'>): ForwardingClaim | undefined {
  return relay && offers('forwarding') ? { from: `forward@${domain}`, to: COLLECTOR } : undefined;
}

/** Where mail for this address goes on to; undefined where it does not. */
export function forwardingAddress(site: Site, address: string): string | undefined {
  const forwarding = forwardingOf(site);
  return forwarding?.from === address.toLowerCase() ? forwarding.to : undefined;
}
