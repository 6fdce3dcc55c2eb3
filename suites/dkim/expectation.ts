import type { Services, SignatureOrder, Verify } from '../../harness/check/check.ts';
import { type Attempt, assertStored, attempt, isAbout, passed } from './attempt.ts';
import type { Letter } from './letter.ts';

type Strength = Omit<Verify, 'ideally'>;

/** A signature of this domain must be recorded as good; of the author where none is given. */
export function expectPass(
  services: Services,
  verify: Strength,
  outcome: Attempt,
  demand: string,
  domain = outcome.author.domain,
): void {
  const enforced = outcome.author.sight === 'enforced';
  if (enforced) assertDecided(services, outcome);
  else assertStored(services, outcome);
  verify.that(passed(outcome, domain), {
    demand,
    expected: enforced ? 'in INBOX, because of its signature' : `dkim=pass header.d=${domain}`,
    actual: outcome.line,
  });
}

/**
 * Hands in a message with several signatures and judges each of them. Some servers record fewer results than there are
 * signatures: one of which nothing was said is judged by a message of its own.
 */
export async function judgeEach(
  orders: readonly SignatureOrder[],
  send: (orders: readonly SignatureOrder[]) => Promise<Attempt>,
  judge: (outcome: Attempt, order: SignatureOrder) => void,
): Promise<void> {
  const together = await send(orders);
  const { results } = together;
  for (const order of orders) {
    const isSilent = results.length < orders.length && !results.some((one) => isAbout(one, order.domain));
    judge(together.stored && isSilent ? await send([order]) : together, order);
  }
}

/** No signature may be recorded as good; a refusal says so too. */
export function expectNoPass(services: Services, verify: Strength, outcome: Attempt, demand: string): void {
  const enforced = outcome.author.sight === 'enforced';
  if (outcome.offered.disposition !== 'rejected') assertStored(services, outcome);
  verify.that(!passed(outcome), {
    demand,
    expected: enforced ? 'refused or in Junk, for want of a good signature' : 'any result but pass',
    actual: outcome.line,
  });
}

/** Runs a letter as a variant; no signature of it may be recorded as good. */
export async function expectNoPassOf(
  services: Services,
  {
    name,
    demand,
    letter,
    ideally = false,
  }: {
    readonly name: string;
    readonly demand: string;
    readonly letter: () => Letter;
    /** A pass is a deviation only. */
    readonly ideally?: boolean;
  },
): Promise<void> {
  await services.variant(name, async (verify) =>
    expectNoPass(services, ideally ? verify.ideally : verify, await attempt(services, letter), demand),
  );
}

/** Ends the input where the target has not made up its mind about the letter. */
function assertDecided({ inconclusive }: Services, { offered, stored, line }: Attempt): void {
  const lost = offered.disposition === 'accepted' && !stored;
  if (lost || offered.disposition === 'deferred')
    inconclusive('precondition', `What becomes of the message is not to be seen: ${line}`);
}
