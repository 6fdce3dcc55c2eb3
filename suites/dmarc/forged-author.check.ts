import { check, type Services } from '../../harness/check/check.ts';
import { assertLookedUp } from '../../harness/steps/controls/ordinary-mail.ts';
import { protectedDomain, publish, silentDomain, strangerDomain } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { assertJudged, isAsked, isContained, judgedAttempt, verifyContained } from './evaluation.ts';
import { attempt, type Handling, recorded, wordsOf } from './trial.ts';

export const forgedMailIsContained = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-001',
    slug: 'forged-mail-is-contained',
    title: 'A forged message under p=reject is rejected, quarantined or marked',
    sends:
      'a message in the name of a domain that asks to reject what fails, from an address that its SPF record does not name, unsigned',
    demands: 'it is refused, goes to Junk, or is delivered with dmarc=fail; where a claim says which, that',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc9989#5.3', 'rfc9989#5.4', 'rfc9989#8', 'rfc8601#4.2', 'bsi-tr-03182#4.1.7'],
    budget: '60s',
    upholds: ['inbound-authentication.dmarc'],
    kills: ['dmarc-not-evaluated', 'dmarc-failure-delivered-unmarked'],
    limits: [
      'RFC 9989 asks receivers not to refuse for p=reject alone. Other reasons for a refusal cannot be seen, so a refusal counts as good.',
      'By POP3 only INBOX can be read: a message that goes elsewhere counts as not found.',
    ],
  },
  async (services) => {
    const { verify, inconclusive, target, notApplicable } = services;
    const claim = target.claims.inboundAuthentication?.dmarc;
    if (claim === 'none')
      return notApplicable(
        'DMARC is not evaluated, as declared.',
        'claims: inbound-authentication: dmarc: none',
      );
    assertLookedUp(services, 'spf', 'dkim', 'dmarc');
    const domain = await protectedDomain(services);
    const handling = await forge(services, domain);
    if (handling.kind === 'lost' && !target.endpoints.imap && !target.endpoints.imaps)
      inconclusive('precondition', 'The message was taken and is not in INBOX; POP3 shows no other mailbox.');
    if (handling.kind === 'deferred' || handling.kind === 'lost') {
      verify.ideally.missed('the message is refused for good, goes to Junk or is marked', {
        expected: 'a lasting refusal, Junk, or dmarc=fail',
        actual: wordsOf(handling),
      });
      return;
    }
    verifyContained(verify, handling, `a message in the name of ${domain} is kept from looking genuine`);
    if (handling.kind !== 'rejected' || handling.stage === 'DATA')
      verify.found((await isAsked(services, domain)) || null, 'the policy of the author is asked for', {
        what: `a query for _dmarc.${domain}`,
      });
    if (claim !== undefined)
      verify.that(isAsClaimed(claim, handling), {
        demand: 'what is declared is done',
        expected: `dmarc: ${claim}`,
        actual: wordsOf(handling),
      });
  },
);

/**
 * In the author's own envelope first; where that is refused for its SPF record, in an envelope about which
 * nobody says anything, because only then DMARC has a say.
 * @throws Inconclusive where that is refused too, before the author is known or whoever it is
 */
async function forge(services: Services, domain: string): Promise<Handling> {
  const author = [`From: The Chief <ceo@${domain}>`];
  const own = await attempt(services, { name: 'own-envelope', author, sender: `ceo@${domain}` });
  if (own.kind !== 'rejected' || own.stage === 'DATA') return own;
  services.note(`in its own envelope the message was ${wordsOf(own)}`);
  const silent = await silentDomain(services);
  const sender = `bounces@${silent}`;
  const other = await attempt(services, { name: 'other-envelope', author, sender });
  if (other.kind !== 'rejected') return other;
  assertJudged(services, other);
  const lawful = await attempt(services, { name: 'lawful', author: `author@${silent}`, sender });
  if (lawful.kind === 'rejected')
    services.inconclusive(
      'precondition',
      `In the same envelope a message whose author nobody protects was ${wordsOf(lawful)} too.`,
    );
  return other;
}

function isAsClaimed(claim: 'reject' | 'quarantine' | 'mark', handling: Handling): boolean {
  if (claim === 'reject') return handling.kind === 'rejected';
  if (claim === 'quarantine') return handling.kind === 'rejected' || handling.kind === 'junk';
  return isContained(handling);
}

export const unalignedPassesDoNotHelp = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-004',
    slug: 'unaligned-passes-do-not-help',
    title: 'Unaligned passes do not help',
    sends:
      'a message in the name of a protected domain with an SPF pass and a good signature of another organisational domain; and of one whose name ends like the protected one',
    demands: 'dmarc=fail, or what follows from it; never dmarc=pass',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc9989#5.3.4', 'rfc9989#5.3.5', 'rfc9989#4.4', 'rfc9989#8', 'rfc9989#4.4.2'],
    budget: '90s',
    kills: ['dmarc-any-signature-counts', 'dmarc-compares-ends-of-names'],
  },
  async (services) => {
    const { variant } = services;
    const strangers = [
      ['another domain', () => strangerDomain(services)],
      ['a name with the same end', () => lookAlike(services)],
    ] as const;
    for (const [name, stranger] of strangers) {
      await variant(name, async (verify) => {
        const domain = await protectedDomain(services, 'author');
        const other = await stranger();
        const handling = await judgedAttempt(services, domain, {
          name,
          author: [`From: The Chief <ceo@${domain}>`],
          sender: `bounces@${other}`,
          signedBy: [other],
        });
        verify.that(!recorded(handling, 'dmarc').includes('pass'), {
          demand: `SPF and DKIM of ${other} say nothing about ${domain}`,
          expected: 'no dmarc=pass',
          actual: wordsOf(handling),
        });
        verifyContained(verify, handling, `a message in the name of ${domain} is kept from looking genuine`);
      });
    }
  },
);

/** Its name ends with all characters of the author's domain, and yet lies beside it. */
function lookAlike(services: Services): Promise<string> {
  return publish(services, services.lab().domain('not-the-author'), { spf: 'sender', key: true });
}
