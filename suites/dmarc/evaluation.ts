import { Inconclusive, type Services, type Verify } from '../../harness/check/check.ts';
import { assertLookedUp } from '../../harness/steps/controls/ordinary-mail.ts';
import { INBOX_ALONE } from '../../harness/steps/in-mailbox.ts';
import { silentDomain } from './author.ts';
import { attempt, type Handling, recorded, type Trial, wordsOf } from './trial.ts';

/** What DMARC made of a message: what was recorded, else what was done. */
export type Outcome = 'passed' | 'failed' | 'without policy' | 'undecided' | 'unknown';

/**
 * Ends the check where the target does not evaluate DMARC: it never asked for the record of the author's
 * domain, and recorded nothing.
 * @throws NotApplicable
 */
export async function assertEvaluated(services: Services, domain: string, handling: Handling): Promise<void> {
  const { target, notApplicable } = services;
  if (target.claims.inboundAuthentication?.dmarc === 'none')
    notApplicable('DMARC is not evaluated, as declared.', 'claims: inbound-authentication: dmarc: none');
  assertLookedUp(services, 'spf', 'dkim', 'dmarc');
  if (recorded(handling, 'dmarc').length > 0 || handling.kind === 'deferred') return;
  if (await isAsked(services, domain)) return;
  if (handling.kind === 'rejected' && handling.stage !== 'DATA') return;
  notApplicable(
    'DMARC is not evaluated (DMARC-001).',
    `_dmarc.${domain} was never asked for; the message was ${wordsOf(handling)}`,
  );
}

/** The target asked for the DMARC record of this domain. */
export async function isAsked({ lab }: Services, domain: string): Promise<boolean> {
  return (await lab().dns.queries({ name: `_dmarc.${domain}` })).length > 0;
}

/** Ends the check or variant where a message did not get as far as DMARC. */
export function assertJudged({ inconclusive }: Services, handling: Handling): void {
  if (handling.kind === 'deferred')
    inconclusive('precondition', `The message is ${wordsOf(handling)}, again and again.`);
  if (handling.kind === 'rejected' && handling.stage !== 'DATA')
    inconclusive('precondition', `The message was ${wordsOf(handling)}, before its author was known.`);
}

/** Of a domain that asks to reject what fails. */
export function outcomeOf(handling: Handling): Outcome {
  const [word] = recorded(handling, 'dmarc');
  if (word === 'pass' || word === 'bestguesspass') return 'passed';
  if (word === 'fail') return 'failed';
  if (word === 'none' || word === 'permerror' || word === 'policy') return 'without policy';
  if (word === 'temperror') return 'undecided';
  if (handling.kind === 'rejected' || handling.kind === 'junk') return 'failed';
  return 'unknown';
}

/** True: nobody who reads the message takes it for one of the author. */
export function isContained(handling: Handling): boolean {
  return (
    handling.kind === 'rejected' || handling.kind === 'junk' || recorded(handling, 'dmarc').includes('fail')
  );
}

/**
 * Hands in a message of an author in this domain.
 * @throws NotApplicable where the target does not evaluate DMARC
 * @throws Inconclusive where the message did not get as far as that
 */
export async function judgedAttempt(
  services: Services,
  domain: string,
  trial: Omit<Trial, 'author'> & Partial<Pick<Trial, 'author'>>,
): Promise<Handling> {
  const handling = await attempt(services, { author: `author@${domain}`, ...trial });
  await assertEvaluated(services, domain, handling);
  assertJudged(services, handling);
  return handling;
}

/** Hands in a message of an author in this domain, in an envelope about which nobody says anything. */
export async function forgedAttempt(
  services: Services,
  domain: string,
  trial: Pick<Trial, 'name' | 'signedBy'>,
): Promise<Handling> {
  const sender = `bounces@${await silentDomain(services)}`;
  return attempt(services, { author: `author@${domain}`, sender, ...trial });
}

/**
 * The message is kept from looking genuine.
 * @throws Inconclusive where it may lie in Junk, which is not seen
 */
export function verifyContained(verify: Pick<Verify, 'that'>, handling: Handling, demand: string): boolean {
  if (handling.kind === 'lost' && handling.mayBeJunk) throw new Inconclusive('precondition', INBOX_ALONE);
  const expected = 'refused, in Junk, or delivered with dmarc=fail';
  return verify.that(isContained(handling), { demand, expected, actual: wordsOf(handling) });
}

/** The message lies in INBOX. */
export function verifyInInbox(verify: Pick<Verify, 'that'>, handling: Handling, demand: string): boolean {
  return verify.that(handling.kind === 'inbox', { demand, expected: 'INBOX', actual: wordsOf(handling) });
}

/** Where a result was recorded, or follows from what was done, it is a pass. */
export function verifyPassed(verify: Pick<Verify, 'that'>, handling: Handling, demand: string): void {
  const outcome = outcomeOf(handling);
  if (outcome === 'unknown') return;
  verify.that(outcome === 'passed', { demand, expected: 'dmarc=pass', actual: wordsOf(handling) });
}
