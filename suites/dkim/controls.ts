import { control, type Services } from '../../harness/check/check.ts';
import { assertLookedUp, ordinaryMailIsTaken } from '../../harness/steps/controls/ordinary-mail.ts';
import { RECEIVED_MAIL } from '../../harness/steps/offer.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt, isAbout, passed } from './attempt.ts';
import { keyName, ordinaryAuthor, type Sight } from './author.ts';
import { compose, signedLetter } from './letter.ts';

/** What a message with a good signature showed. */
export interface Evaluation {
  /**
   * `records`: the signature is recorded as good; `misjudges`: as something else; `enforces`: nothing is
   * recorded, and signatures decide about mail of domains that ask for it; `asks`: its key is asked for, and
   * nothing follows; `absent`: not even that; `unknown`: the message got nowhere.
   */
  readonly kind: 'records' | 'misjudges' | 'enforces' | 'asks' | 'absent' | 'unknown';
  readonly line: string;
}

/**
 * Ends the check where a good signature is not taken for one that can be seen: what becomes of others says
 * nothing then.
 */
export function assertResultsAreSeen(services: Services): Sight {
  const { kind, line } = assertEvaluates(services);
  if (kind === 'enforces') return 'enforced';
  if (kind === 'asks')
    services.inconclusive('precondition', `What the target finds out is not to be seen: ${line}`);
  if (kind === 'misjudges')
    services.inconclusive('precondition', `A good signature is not taken for one (DKIM-001): ${line}`);
  return 'recorded';
}

/** An author with one ordinary key whose good signature would be seen, and the order for it. */
export async function seenAuthor(services: Services): ReturnType<typeof ordinaryAuthor> {
  return ordinaryAuthor(services, { sight: assertResultsAreSeen(services) });
}

/** Ends the check where the target does not evaluate signatures at all. */
export function assertEvaluates(services: Services): Evaluation {
  const { notApplicable, finding } = services;
  assertNotSwitchedOff(services);
  const evaluation = finding(signaturesAreEvaluated);
  if (evaluation.kind === 'absent')
    notApplicable('The target does not verify DKIM, which is judged by DKIM-001.', evaluation.line);
  return evaluation;
}

/** Ends the check where the operator says that signatures are not verified, or where their keys are looked up elsewhere. */
export function assertNotSwitchedOff(services: Services): void {
  const { target, notApplicable, lab } = services;
  lab().assertUntrusted();
  if (target.claims.inboundAuthentication?.dkim === 'none')
    notApplicable('The target is declared not to verify DKIM.', 'inbound-authentication: { dkim: none }');
  assertLookedUp(services, 'dkim');
}

/** What the target does about signatures, as far as one good one shows; costs three messages where none is recorded as good. */
export const signaturesAreEvaluated = control(
  {
    id: 'signatures-are-evaluated',
    title: 'It is known whether DKIM signatures are verified, and where that shows',
    ...RECEIVED_MAIL,
    budget: '30s',
    waits: deliveries(3),
    buildsOn: [ordinaryMailIsTaken],
  },
  async (services): Promise<Evaluation> => {
    const { results, domain, line } = services.finding(ordinaryMailIsTaken);
    if (results.some((one) => one.method === 'dkim' && one.result === 'pass' && isAbout(one, domain)))
      return { kind: 'records', line };
    const evaluation = await observeGoodSignature(services);
    return evaluation.kind === 'unknown'
      ? services.inconclusive('precondition', evaluation.line)
      : evaluation;
  },
);

/** Sends a message with one ordinary signature: rsa-sha256 with 2048 bits, relaxed/relaxed. */
export async function observeGoodSignature(services: Services): Promise<Evaluation> {
  const { author, order } = await ordinaryAuthor(services);
  const outcome = await attempt(services, () => signedLetter(services, author, [order]));
  const queries = await services.lab().dns.queries({ name: keyName(order) });
  const seen = `a message with a good signature: ${outcome.line}`;
  const said = outcome.results.some(({ result }) => result !== 'none');
  if (passed(outcome, author.domain)) return { kind: 'records', line: seen };
  if (outcome.offered.disposition !== 'accepted' || !outcome.stored) return { kind: 'unknown', line: seen };
  if (said) return { kind: 'misjudges', line: seen };
  if (queries.length === 0) return { kind: 'absent', line: `${seen}, and nobody asked for its key` };
  return (await enforces(services))
    ? { kind: 'enforces', line: `${seen}, and messages without one are refused where that is asked for` }
    : { kind: 'asks', line: `${seen}, and its key was asked for` };
}

/** Whether a signature decides about mail of a domain that asks to refuse what has no good one (DMARC). */
async function enforces(services: Services): Promise<boolean> {
  const { author, order } = await ordinaryAuthor(services, { sight: 'enforced', label: 'strict' });
  const good = await attempt(services, () => signedLetter(services, author, [order]));
  const unsigned = await attempt(services, () => compose(services, author));
  return passed(good) && !passed(unsigned);
}
