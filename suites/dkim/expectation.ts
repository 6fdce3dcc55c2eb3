import type { Services, Verify } from '../../harness/check/check.ts';
import { type Attempt, assertStored, passed } from './attempt.ts';

type Strength = Omit<Verify, 'ideally'>;

/** A signature of this domain must be recorded as good. */
export function expectPass(
  services: Services,
  verify: Strength,
  {
    attempt,
    domain,
    demand,
  }: { readonly attempt: Attempt; readonly domain: string; readonly demand: string },
): void {
  const enforced = attempt.sight === 'enforced';
  if (enforced) assertDecided(services, attempt);
  else assertStored(services, attempt);
  verify.that(passed(attempt, domain), {
    demand,
    expected: enforced ? 'in INBOX, because of its signature' : `dkim=pass header.d=${domain}`,
    actual: attempt.line,
  });
}

/** No signature may be recorded as good; a refusal says so too. */
export function expectNoPass(
  services: Services,
  verify: Strength,
  { attempt, demand }: { readonly attempt: Attempt; readonly demand: string },
): void {
  const enforced = attempt.sight === 'enforced';
  if (attempt.offered.disposition !== 'rejected') assertStored(services, attempt);
  verify.that(!passed(attempt), {
    demand,
    expected: enforced ? 'refused or in Junk, for want of a good signature' : 'any result but pass',
    actual: attempt.line,
  });
}

/** Ends the input where the target has not made up its mind about the letter. */
function assertDecided({ inconclusive }: Services, { offered, stored, line }: Attempt): void {
  const lost = offered.disposition === 'accepted' && !stored;
  if (lost || offered.disposition === 'deferred')
    inconclusive('precondition', `What becomes of the message is not to be seen: ${line}`);
}
