import { check, type Services } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { atSink } from './at-sink.ts';
import { createFields, withoutLab } from './fields.ts';
import { DOMAIN_IN_LOCAL_PART, type Form, toDomain } from './forms.ts';
import { NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';
import { createSupply, trialsOf } from './supply.ts';
import { judgeRelaying, observe } from './trials.ts';

export const ownDomainInsideAnotherGrantsNothing = check(
  {
    ...RELAY_CHECK,
    beyondOpenLab: 'names-of-others',
    id: 'RLY-022',
    slug: 'own-domain-inside-another-grants-nothing',
    title: 'A recipient elsewhere is not relayed because its address contains the domain of the target',
    sends:
      'recipients elsewhere with the domain of the target in their local part, and in domains that begin or end with it, or resemble it but for a dot',
    clauses: [...NO_RELAY_CLAUSES, 'rfc5321#2.3.11'],
    limits: [
      ...RELAY_CHECK.limits,
      'A pattern that is anchored at both ends and takes its dots for any character is not found: such a domain has no room for the mark of the check.',
      'Internationalised domains are not tried.',
    ],
    kills: [
      'mx-relays-by-unanchored-pattern',
      'mx-relays-by-suffix',
      'mx-relays-by-prefix',
      'mx-relays-by-unescaped-pattern',
    ],
  },
  async (services) => {
    const { smtp } = services;
    assertStrangersAreServed(services);
    const domains = await publishResemblingDomains(services);
    const supply = createSupply(() => smtp({ at: 'ready' }));
    const forms = [...DOMAIN_IN_LOCAL_PART, ...domains];
    const trials = await trialsOf(services, createFields(services), forms, supply);
    await judgeRelaying(services, await observe(services, trials, supply.close));
  },
);

/** Domains that a careless list takes for the one of the target, each with a way to the receiving server. */
async function publishResemblingDomains(services: Services): Promise<readonly Form[]> {
  const { hasLab, lab, nonce, target } = services;
  const domainOf = (label: string) => withoutLab(label, nonce);
  const end = domainOf('after');
  const { domain, hostname } = target;
  const continued = `${domain}.${end}`;
  // The hyphen is a boundary of words, so that patterns that ask for one match as well.
  const resembling: Readonly<Record<string, string>> = {
    'a domain that ends with that of the target, without a dot between': `not-${nonce}-${domain}`,
    'a domain that begins with that of the target': continued,
    'a domain that begins with that of the target, without a dot between': `${domain}${domainOf('ing')}`,
    'a domain that begins with the host name': `${hostname}.${end}`,
    'a domain in which other characters stand for the dots': `${domain.replaceAll('.', 'x')}.${end}`,
    ...withoutOneDot('the domain', domain, nonce),
    ...withoutOneDot('the host name', hostname, nonce),
    ...besideIt(domain, nonce),
  };
  if (hasLab) {
    const { dns, addresses } = lab();
    for (const name of Object.values(resembling)) await dns.publish(name, atSink(name, addresses.sink));
  }
  return [
    ...Object.entries(resembling).map(([name, published]) => toDomain(name, published)),
    toDomain('a domain that begins with that of the target, in capitals', continued.toUpperCase()),
    toDomain('a domain that begins with that of the target, with a dot at its end', `${continued}.`),
  ];
}

/** Where something is left in front of the top-level domain when the first dot is another character. */
function withoutOneDot(what: string, name: string, nonce: string): Record<string, string> {
  const other = `not-${nonce}-${name.replace('.', 'x')}`;
  return other.includes('.')
    ? { [`a domain that ends with ${what}, another character in place of its first dot`]: other }
    : {};
}

/** Where the domain of the target is not itself directly below a top-level domain. */
function besideIt(domain: string, nonce: string): Record<string, string> {
  const parent = domain.slice(domain.indexOf('.') + 1);
  return parent.includes('.') ? { 'a domain beside that of the target': `beside-${nonce}.${parent}` } : {};
}
