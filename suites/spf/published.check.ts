import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { assertDeliversItself } from '../../harness/steps/own-delivery.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { permittedStrangers, wideNetworks } from './breadth.ts';
import { ELSEWHERE } from './world.ts';

/** Terms that ask the DNS, at most (RFC 7208 §4.6.4). */
const LOOKUPS = 10;
/** Octets of a policy that fits into an answer with its name (RFC 7208 §3.4). */
const LENGTH = 450;
/** RFC 7208 §10.1.3 is about these results of a client that the policy does not know. */
const PROTECTIVE: readonly string[] = ['fail', 'softfail'];

export const ownPolicyIsProtective = check(
  {
    id: 'SPF-023',
    slug: 'own-policy-is-protective',
    title: 'The own domains publish a valid and protective policy that covers where mail really comes from',
    sends:
      'queries for the policies of the sender domains; a message of a user to a receiving server elsewhere',
    demands:
      'one valid record each, with ten look-ups at most, that ends in -all or ~all and permits no large part of all addresses, and pass for the address that the message comes from',
    level: 'policy',
    severity: 'high',
    clauses: [
      'rfc7208#3',
      'rfc7208#3.1',
      'rfc7208#3.2',
      'rfc7208#4.6.4',
      'rfc7208#3.4',
      'rfc7208#5.5',
      'rfc9989#4.5',
      'rfc9989#5.1.1',
      'rfc9989#8',
      'cisa-bod-18-01#email',
    ],
    roles: ['mx', 'submission', 'submissions'],
    per: 'target',
    needs: ['account', 'records', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    considers: [mailLeaves],
    budget: '30s',
    waits: deliveries(1),
    byRecordsAlone: { safety: 'safe', effect: 'reads' },
    limits: [
      'Without a lab, from where mail leaves is not seen.',
      'Addresses are those from which mail leaves during the check; others are not known.',
    ],
    kills: [
      'own-spf-absent',
      'own-spf-twice',
      'own-spf-malformed',
      'own-spf-permits-everybody',
      'own-spf-omits-this-server',
      'own-spf-needs-many-lookups',
      'own-spf-uses-ptr',
    ],
  },
  async (services) => {
    const { target, variant, notApplicable, records } = services;
    const declared = target.claims.senderDomains;
    const domains = declared ?? [target.domain];
    const published = await Promise.all(domains.map((domain) => policiesOf(services, domain)));
    if (!declared && published.every((policies) => policies.length === 0))
      return notApplicable(
        'No record of the target is known, and no sender domain is declared.',
        `no TXT record of ${domains.join(', ')} is a policy`,
      );
    for (const [index, domain] of domains.entries())
      await variant(`policy of ${domain}`, (verify) =>
        verifyPolicy(services, verify, domain, published[index] ?? []),
      );
    if (records.source !== 'lab') return;
    await variant('address that mail comes from', async (verify) => {
      assertDeliversItself(services);
      const { clientAddress: address, hello: domain } = services.finding(mailLeaves).arrived;
      for (const one of domains) {
        const demand = `the policy of ${one} permits ${address}, from which its mail comes`;
        await verifyPermitted(services, verify, clientOf(address, one), demand);
      }
      const policies = await policiesOf(services, domain);
      if (policies.length === 0) return;
      const client = { address, sender: '', hello: domain };
      const demand = `the policy of the HELO name ${domain} permits ${address}`;
      await verifyPermitted(services, verify, client, demand);
    });
  },
);

async function policiesOf(services: Services, domain: string): Promise<readonly string[]> {
  const texts = await publishedTexts(services)(domain);
  return texts.filter(services.authentication.spf.isPolicy);
}

/** Somebody who sends mail in the name of the domain. */
function clientOf(address: string, domain: string) {
  return { address, sender: `postmaster@${domain}`, hello: domain };
}

async function verifyPolicy(
  services: Services,
  verify: Verify,
  domain: string,
  policies: readonly string[],
): Promise<void> {
  const { authentication, records } = services;
  const [policy] = policies;
  const isSingle = verify.that(policies.length === 1, {
    demand: `${domain} publishes one policy`,
    expected: 'one record that begins with v=spf1',
    actual: policies.join(' | ') || 'none',
  });
  if (!isSingle || policy === undefined) return;
  // A client that no term names is judged by the end of the policy, and makes every term ask.
  const stranger = await authentication.spf.evaluate(clientOf(ELSEWHERE, domain), records.lookup);
  verify.that(PROTECTIVE.includes(stranger.result), {
    demand: `the policy of ${domain} is valid, has ${LOOKUPS} look-ups at most, and protects it from strangers`,
    expected: `${PROTECTIVE.join(' or ')} for ${ELSEWHERE}`,
    actual: `${stranger.result} after ${stranger.lookups} look-ups (${stranger.comment})`,
  });
  const strangers = (await permittedStrangers(services, domain)).join('; ') || null;
  verify.absent(strangers, `the policy of ${domain} permits no large part of all addresses there are`, {
    what: 'addresses all over IPv4 or IPv6 that pass',
    as: (addresses) => addresses,
  });
  const terms = authentication.spf.policyTerms(policy);
  verify.ideally.that(!terms.some(({ name }) => name === 'ptr'), {
    demand: `the policy of ${domain} does without ptr`,
    expected: 'no ptr (RFC 7208 §5.5)',
    actual: policy,
  });
  verify.ideally.that(policy.length <= LENGTH, {
    demand: `the policy of ${domain} fits into a packet`,
    expected: `${LENGTH} octets at most`,
    actual: `${policy.length} octets`,
  });
  const wide = (await wideNetworks(services, policy)).join(', ') || null;
  verify.ideally.absent(wide, `the policy of ${domain} permits no wide networks`, {
    what: 'a prefix of less than 16 bits of IPv4, or 32 of IPv6',
    as: (values) => values,
  });
}

async function verifyPermitted(
  { authentication, records }: Services,
  verify: Verify,
  client: ReturnType<typeof clientOf>,
  demand: string,
): Promise<void> {
  const { result, comment } = await authentication.spf.evaluate(client, records.lookup);
  verify.that(result === 'pass', { demand, expected: 'pass', actual: `${result} (${comment})` });
}

export const silentDomainsSaySo = check(
  {
    id: 'SPF-024',
    slug: 'silent-domains-say-so',
    title: 'Domains in whose name nobody sends mail say so',
    sends: 'queries for MX, SPF and DMARC of every domain that is declared to send no mail',
    demands: 'a null MX, v=spf1 -all, and DMARC with p=reject and rua',
    level: 'policy',
    severity: 'low',
    clauses: ['rfc7505#3', 'rfc7505#4.2', 'rfc7208#10.1.2'],
    roles: ['mx'],
    needs: ['records'],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: ['parked-domain-unprotected', 'parked-domain-without-null-mx'],
  },
  async (services) => {
    const { target, records, variant, notApplicable } = services;
    const domains = target.claims.nonSendingDomains ?? [];
    if (domains.length === 0)
      return notApplicable('No domain is declared to send no mail.', 'non-sending-domains is empty');
    for (const domain of domains)
      await variant(domain, async (verify) => {
        const exchangers = (await records.lookup(domain, 'MX')).records.map(({ data }) => data);
        const [only, ...others] = exchangers.map(nullExchanger);
        verify.that(only === true && others.length === 0, {
          demand: `${domain} takes no mail`,
          expected: 'MX 0 . alone',
          actual: JSON.stringify(exchangers),
        });
        const policies = await policiesOf(services, domain);
        const policy = policies.join(' | ').toLowerCase() || null;
        verify.equal(policy, 'v=spf1 -all', `${domain} permits nobody to send`);
        const texts = await publishedTexts(services)(`_dmarc.${domain}`);
        const asks = texts.filter((text) => /^v=DMARC1\b/.test(text));
        const [text = ''] = asks;
        const isStrict = /;\s*p\s*=\s*reject\b/.test(text) && /;\s*rua\s*=/.test(text);
        verify.that(asks.length === 1 && isStrict, {
          demand: `${domain} asks to refuse mail in its name, and to be told`,
          expected: 'v=DMARC1; p=reject; rua=…',
          actual: asks.join(' | ') || 'no record',
        });
      });
  },
);

/** `.` without preference (RFC 7505 §3). */
function nullExchanger(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('exchange' in data) || !('preference' in data))
    return false;
  return data.preference === 0 && (data.exchange === '.' || data.exchange === '');
}
