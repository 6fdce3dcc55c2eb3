import { check, type Services } from '../../harness/check/check.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { type DmarcRecord, parseRecord } from './record.ts';

export const ownPolicyIsPublished = check(
  {
    id: 'DMARC-016',
    slug: 'own-policy-is-published',
    title: 'The target domain publishes a valid DMARC policy with report address',
    sends: 'a query for the DMARC record of the mail domain, and for the consent of foreign report addresses',
    demands:
      'one valid record, p=quarantine or reject, with an address for aggregate reports that agrees to get them',
    level: 'policy',
    severity: 'high',
    clauses: [
      'bsi-tr-03182#4.1.6',
      'rfc9989#4.7',
      'rfc9989#4.10',
      'rfc9989#4.8',
      'rfc9989#5.1.4',
      'rfc9989#8',
    ],
    roles: ['mx'],
    per: 'target',
    needs: ['records'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    kills: ['dmarc-record-malformed', 'dmarc-record-twice', 'dmarc-record-without-effect'],
    limits: [
      'Reads what the DNS around the target says: for a container that is the zone that its target file declares, for a host the DNS whose resolver it declares.',
    ],
  },
  async (services) => {
    const { verify, target, records, notApplicable } = services;
    const policy = await records.lookup(target.domain, 'TXT');
    const found = await policyOf(services, target.domain);
    const isSilent = found.records.length === 0 && found.others.length === 0 && policy.records.length === 0;
    if (isSilent && target.claims.senderDomains === undefined)
      return notApplicable(
        `${target.domain} publishes nothing about its mail in the DNS, and no sender domain is declared.`,
        'neither a TXT record nor a DMARC record',
      );
    const demand = `${target.domain}, or a domain above it, has a DMARC record`;
    if (found.records.length === 0) {
      verify.missed(demand, {
        expected: `a TXT record of _dmarc.${target.domain} that begins with v=DMARC1`,
        actual: found.others.length > 0 ? found.others.join(' / ') : 'none',
      });
      return;
    }
    verify.met(demand, found.records.map(({ text }) => text).join(' / '));
    verify.that(found.records.length === 1, {
      demand: 'there is one record, for of several none counts',
      expected: 'one record',
      actual: found.records.map(({ text }) => text).join(' / '),
    });
    const [record] = found.records;
    if (record && found.records.length === 1) await judge(services, record);
  },
);

/**
 * The records that decide about the domain, and TXT records on the way that are none: those of the domain itself, else
 * of the organisational domain that the tree walk finds (RFC 9989 §4.10).
 */
async function policyOf(
  services: Services,
  domain: string,
): Promise<{ readonly records: readonly DmarcRecord[]; readonly others: readonly string[] }> {
  const textsOf = publishedTexts(services);
  const others: string[] = [];
  const found: (readonly DmarcRecord[])[] = [];
  for (const name of treeOf(domain)) {
    const texts = await textsOf(`_dmarc.${name}`);
    const records = texts.flatMap((text) => parseRecord(text) ?? []);
    if (records.length === 0) others.push(...texts);
    if (records.length > 0) found.push(records);
    const isOwn = name === domain && records.length > 0;
    if (isOwn || records[0]?.tags.get('psd') === 'n') return { records, others };
  }
  // Nearest to the root, but for a public suffix, which speaks for those below it that are silent.
  const ofOwner = found.filter(([record]) => record?.tags.get('psd') !== 'y');
  return { records: ofOwner.at(-1) ?? found.at(-1) ?? [], others };
}

/** The names of a tree walk: the domain, and those above it, seven labels at most (RFC 9989 §4.10). */
function treeOf(domain: string): readonly string[] {
  const labels = domain.split('.');
  const above = labels.slice(Math.max(1, labels.length - 7));
  return [domain, ...above.map((_, from) => above.slice(from).join('.'))];
}

async function judge(services: Services, { text, tags, flaws }: DmarcRecord): Promise<void> {
  const { verify, target } = services;
  verify.that(flaws.length === 0, {
    demand: 'the record is well formed',
    expected: 'tags and values of RFC 9989 §4.7',
    actual: flaws.length > 0 ? `${text}: ${flaws.join('; ')}` : text,
  });
  const policy = tags.get('p') ?? 'none';
  const sub = tags.get('sp');
  const destinations = (tags.get('rua') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  const isStrict = policy === 'quarantine' || policy === 'reject';
  const isSame = sub === undefined || strength(sub) >= strength(policy);
  const isCurrent = !['pct', 'rf', 'ri'].some((tag) => tags.has(tag));
  const desired: readonly (readonly [demand: string, held: boolean, expected: string])[] = [
    ['what fails is not to be delivered', isStrict, 'p=quarantine or p=reject'],
    ['subdomains are protected no less', isSame, `sp=${policy} or none`],
    ['the policy is meant, not tested', tags.get('t') !== 'y', 'no t=y'],
    ['no tag is used that RFC 9989 removed', isCurrent, 'no pct, rf, ri'],
    ['somebody is told what others see', destinations.length > 0, 'rua=mailto:…'],
  ];
  for (const [demand, held, expected] of desired)
    verify.ideally.that(held, { demand, expected, actual: text });
  for (const destination of destinations) {
    const host = /^mailto:[^@]+@([^!]+)/i.exec(destination)?.[1];
    if (host === undefined || isWithin(host, target.domain)) continue;
    const name = `${target.domain}._report._dmarc.${host}`;
    const consent = (await publishedTexts(services)(name)).find((one) => /^v=DMARC1\b/.test(one));
    verify.ideally.found(consent, `${host} agrees to get reports about ${target.domain}`, {
      what: `v=DMARC1 at ${name}`,
      as: (record) => record,
    });
  }
}

function isWithin(host: string, domain: string): boolean {
  const [a, b] = [host.toLowerCase(), domain.toLowerCase()];
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}

function strength(policy: string): number {
  return ['none', 'quarantine', 'reject'].indexOf(policy);
}
