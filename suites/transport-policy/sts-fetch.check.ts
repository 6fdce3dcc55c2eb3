import { check } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireMtaSts } from './claims.ts';
import { assertStsWorks, goodReceiver, stsControl } from './controls.ts';
import {
  awaited,
  hostName,
  type PublishedPolicy,
  policyHost,
  publishDestination,
  stsPolicy,
  stsRecord,
} from './destination.ts';
import {
  describe,
  mustArrive,
  mustNotArrive,
  outcomeOf,
  outcomesOf,
  shouldArriveAfterRepair,
} from './outcome.ts';
import { DELAY_LIMIT, OUTGOING } from './outgoing-mail.ts';
import { primed } from './primed.ts';
import { STRIPPED } from './strippings.ts';

type Web = PublishedPolicy['web'];

const PATH = '/.well-known/mta-sts.txt';
const MEGABYTE = 1_048_576;
/** Longer than any sender waits, in milliseconds. */
const NEVER = 120_000;

interface Fetch {
  readonly name: string;
  readonly label: string;
  readonly web: (policy: string, domain: string) => Web;
  /** Whether applying such a policy is a failure, or a deviation. */
  readonly strict?: boolean;
}

const FETCHES: readonly Fetch[] = [
  {
    name: 'an expired certificate',
    label: 'expired',
    web: (policy, domain) => ({ policy, certificate: { variant: 'expired', names: [policyHost(domain)] } }),
    strict: true,
  },
  {
    name: 'a certificate of an unknown authority',
    label: 'untrusted',
    web: (policy, domain) => ({
      policy,
      certificate: { variant: 'untrusted-ca', names: [policyHost(domain)] },
    }),
    strict: true,
  },
  {
    name: 'a certificate for another name',
    label: 'misnamed',
    web: (policy, domain) => ({ policy, certificate: { names: [hostName(domain, 'www')] } }),
    strict: true,
  },
  {
    name: 'a redirect to the policy',
    label: 'redirect',
    web: (policy, domain) => ({
      routes: [
        { path: PATH, redirect: `https://${policyHost(domain)}/elsewhere`, status: 301 },
        { path: '/elsewhere', body: { text: policy } },
      ],
    }),
    strict: true,
  },
  {
    name: 'status 404 with the policy',
    label: 'not-found',
    web: (policy) => ({ routes: [{ path: PATH, status: 404, body: { text: policy } }] }),
    strict: true,
  },
  {
    name: 'media type text/html',
    label: 'html',
    web: (policy) => ({
      routes: [{ path: PATH, headers: { 'content-type': 'text/html' }, body: { text: policy } }],
    }),
  },
  {
    name: 'a policy of a megabyte',
    label: 'megabyte',
    web: (policy) => ({ routes: [{ path: PATH, body: { text: policy }, fillTo: MEGABYTE }] }),
  },
  {
    name: 'no answer',
    label: 'silent',
    web: (policy) => ({ routes: [{ path: PATH, body: { text: policy }, delayMs: NEVER }] }),
  },
  {
    name: 'a wildcard certificate',
    label: 'wildcard',
    web: (policy, domain) => ({ policy, certificate: { names: [`*.${domain}`] } }),
  },
];

export const onlyProperlyFetchedPolicies = check(
  {
    ...OUTGOING,
    id: 'TPOL-015',
    slug: 'only-properly-fetched-policies',
    title: 'MTA-STS policy fetch rules: valid HTTPS certificate, status 200, no redirects, no parent policy',
    sends:
      'as the first account: messages to domains whose enforced policy would hold them back, if it could be fetched properly, and to a domain below such a one',
    demands: 'policies that cannot be fetched properly are not applied',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8461#3.3', 'rfc8461#3.2', 'rfc8461#3.4', 'bsi-tr-03108#4.1.8'],
    waits: expectedDeliveries(1),
    kills: [
      'sts-follows-redirects',
      'sts-trusts-any-policy-host',
      'sts-takes-any-policy-text',
      'sts-takes-policy-of-parent',
    ],
  },
  async (services) => {
    const { lab, variant } = services;
    requireMtaSts(services);
    const control = await stsControl(services);
    const { receiver } = await goodReceiver(services, ['mx.test']);
    const destinations = await Promise.all(
      FETCHES.map(({ label, web }) => {
        const domain = lab().domain(label);
        const policy = stsPolicy(services, [hostName(domain, 'other')]);
        return publishDestination(services, domain, {
          hosts: [{ receiver }],
          policy: { web: web(policy, domain) },
        });
      }),
    );
    const parent = lab().domain('parent');
    const below = hostName(parent, 'sub');
    await publishDestination(services, parent, {
      hosts: [{ receiver }],
      policy: { web: { policy: stsPolicy(services, [hostName(parent, 'other')]) } },
      more: [
        { name: below, type: 'MX', data: { preference: 10, exchange: hostName(below) } },
        { name: hostName(below), type: 'A', data: receiver.address },
      ],
    });
    const child = { domain: below, recipient: `probe@${below}`, receivers: [receiver] };
    const all = [control, child, ...destinations];
    await makeTargetSend(
      services,
      all.map(({ recipient }) => recipient),
    );
    const [controlled, ofChild, ...outcomes] = await outcomesOf(services, all.map(awaited));
    if (!controlled || !ofChild) return;
    await assertStsWorks(services, controlled);
    for (const [index, { name, strict = false }] of FETCHES.entries()) {
      await variant(name, async (verify) => {
        const outcome = outcomes[index];
        if (!outcome) return;
        const judged = strict ? verify : verify.ideally;
        mustArrive(services, judged, outcome, 'such a policy is not applied', { tls: false });
      });
    }
    await variant('a policy of the parent domain', async (verify) => {
      mustArrive(services, verify, ofChild, 'the policy of the parent domain is not applied', { tls: false });
    });
  },
);

/** How long the short policy lasts, in seconds, and how long the check waits for its end, in milliseconds. */
const SHORT = 3;
const PAST_SHORT = 6_000;

export const policySurvivesBlockedDiscovery = check(
  {
    ...OUTGOING,
    id: 'TPOL-016',
    slug: 'policy-survives-blocked-discovery',
    title: 'MTA-STS cache: policy survives blocked discovery, updates by id, failures stay transient',
    sends:
      'as the first account: messages to domains with enforced policies, then again when record and policy host are gone and STARTTLS is stripped, within and after the time for which the policy lasts; a new policy with a new id releases what waits',
    demands: 'a cached policy is applied until it ends or another one is there, and mail waits meanwhile',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8461#3.3', 'rfc8461#5', 'rfc8461#5.1', 'rfc8461#3.2', 'bsi-tr-03108#4.1.8'],
    waits: (target) => expectedDeliveries(3)(target) + PAST_SHORT,
    limits: [
      DELAY_LIMIT,
      'A sender that keeps policies longer than they last, by a time of its own, is told by a warning.',
    ],
    kills: ['sts-drops-cache-without-answer', 'sts-keeps-expired-policy'],
  },
  async (services) => {
    const { lab, variant, pause } = services;
    requireMtaSts(services);
    const [lasting, short] = [lab().domain('lasting'), lab().domain('short')];
    const policies = { [lasting]: 86_400, [short]: SHORT };
    const receiver = await primed(
      services,
      Object.entries(policies).map(([domain, maxAge]) => ({
        domain,
        policy: { web: { policy: stsPolicy(services, [hostName(domain)], { maxAge }) } },
      })),
    );

    await receiver.setScript(STRIPPED);
    await lab().web.withdraw(policyHost(lasting), policyHost(short));
    const blocked = await publishDestination(services, lasting, { hosts: [{ receiver }] });
    const expired = await publishDestination(services, short, { hosts: [{ receiver }] });
    await makeTargetSend(services, [blocked.recipient]);
    const [held] = await Promise.all([outcomeOf(services, blocked, 'the whole time'), pause(PAST_SHORT)]);
    await makeTargetSend(services, [expired.recipient]);
    const renewed = await publishDestination(services, lasting, {
      hosts: [{ receiver }],
      policy: { txt: [stsRecord(2)], web: { policy: stsPolicy(services, [], { mode: 'none' }) } },
    });
    const [released, late] = await Promise.all([
      outcomeOf(services, awaited(renewed)),
      outcomeOf(services, awaited(expired)),
    ]);

    await variant('record and policy host are gone', async (verify) => {
      mustNotArrive(services, verify, held, 'the cached policy is applied');
    });
    await variant('a new policy releases what waits', async (verify) => {
      const givenUp = await shouldArriveAfterRepair(
        services,
        verify,
        released,
        'what waits is sent by the new policy',
      );
      const looked = await lab().dns.queries({ name: `_mta-sts.${lasting}`, type: 'TXT' });
      verify.that(!givenUp || looked.length > 1, {
        demand: 'nothing is given up before the record is looked up again',
        expected: 'no report of failure, or more queries for TXT',
        actual: `${describe(released)}, ${looked.length} queries for TXT, ${givenUp ? 'a' : 'no'} report`,
      });
    });
    await variant('the policy has ended', async (verify) => {
      mustArrive(services, verify.ideally, late, 'a policy that has ended is not applied', { tls: false });
    });
  },
);
