import type { Services } from '../../harness/check/check.ts';
import { type Handling, recorded, wordsOf } from './trial.ts';

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
