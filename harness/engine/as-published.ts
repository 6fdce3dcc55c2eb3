import type { PublishedAnswer } from '../check/lab.ts';
import type { LookedUp } from '../check/records.ts';

/** What was looked up on the Internet, in the form in which a lab tells what it publishes. */
export function asPublished({ rcode, records, dnssec }: LookedUp): PublishedAnswer {
  return {
    rcode: rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? rcode : 'SERVFAIL',
    records: records.map((record) => ({ ...record })),
    // Nobody is told that an answer is secure where that could not be seen.
    dnssec: dnssec === 'indeterminate' ? 'insecure' : dnssec,
  };
}
