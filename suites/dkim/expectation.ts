import type { Services, Verify } from '../../harness/check/services.ts';
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
  assertStored(services, attempt);
  verify.that(passed(attempt, domain), {
    demand,
    expected: `dkim=pass header.d=${domain}`,
    actual: attempt.line,
  });
}

/** No signature may be recorded as good; a refusal says so too. */
export function expectNoPass(
  services: Services,
  verify: Strength,
  { attempt, demand }: { readonly attempt: Attempt; readonly demand: string },
): void {
  if (attempt.offered.disposition !== 'rejected') assertStored(services, attempt);
  verify.that(!attempt.results.some(({ result }) => result === 'pass'), {
    demand,
    expected: 'any result but pass',
    actual: attempt.line,
  });
}
