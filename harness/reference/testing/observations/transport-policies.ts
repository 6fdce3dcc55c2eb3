import type { Lab, WebHost, Zone } from 'net-mocks';
import type { FaultName } from '../../../model/faults.ts';

/** TLSA records of a host: one that matches it, one that does not, none that can be used, one for its authority. */
export type TlsaKind = 'matching' | 'foreign' | 'unusable' | 'authority';

/** A domain as a sender finds it. */
export interface DestinationScene {
  /** Hosts in the order of their preference, by their labels below the domain; `mx` alone when absent. */
  readonly hosts?: readonly { readonly label: string; readonly tlsa?: TlsaKind }[];
  /** Unsigned when null; signed without a flaw when absent. */
  readonly signing?: Zone['dnssec'] | null;
  /** Names in the certificate of the hosts; their own when absent. */
  readonly certificate?: readonly string[];
  /** The policy host, without its name. */
  readonly web?: Omit<WebHost, 'host'>;
  readonly script?: Parameters<Lab['smtp']['setScript']>[0]['script'];
  /** The lookup of TLSA records fails. */
  readonly tlsaFails?: boolean;
}

/** A fault of outgoing mail as the destination sees it: what a good sender does, and what the faulty one. */
export interface TransportObservation {
  readonly good: string;
  readonly faulty: string;
  readonly scene: DestinationScene;
  /** Recipient's domain, where it is another one. */
  readonly to?: string;
  /** The domain as it was for an earlier message. */
  readonly before?: DestinationScene;
}

export const DOMAIN = 'x.test';

const INSIDE = 'inside TLS with mx.x.test';
const CLEAR = 'in the clear';
const NOTHING = 'nothing';

const policy = (mx: string, { mode = 'enforce', maxAge = 86_400 } = {}): string =>
  ['version: STSv1', `mode: ${mode}`, `mx: ${mx}`, `max_age: ${maxAge}`, ''].join('\n');

const OWN = policy('mx.x.test');
const OTHER = policy('other.x.test');
const PATH = '/.well-known/mta-sts.txt';
const NO_TLS: NonNullable<DestinationScene['script']> = [{ stage: 'STARTTLS', reply: { code: 454 } }];
const host = (tlsa: TlsaKind): NonNullable<DestinationScene['hosts']> => [{ label: 'mx', tlsa }];

/** Faults of DNSSEC, DANE and MTA-STS. */
export const TRANSPORT_POLICIES: Partial<Record<FaultName, TransportObservation>> = {
  'outbound-believes-bogus-answers': {
    good: NOTHING,
    faulty: INSIDE,
    scene: { signing: { flaws: [{ signature: 'corrupt' }] } },
  },
  'outbound-without-dane': { good: NOTHING, faulty: INSIDE, scene: { hosts: host('foreign') } },
  'outbound-without-mta-sts': { good: NOTHING, faulty: INSIDE, scene: { web: { policy: OTHER } } },
  'outbound-gives-up-tls-after-bad-certificate': {
    good: NOTHING,
    faulty: CLEAR,
    scene: { hosts: host('foreign') },
  },
  'dane-demands-name-of-pinned-key': {
    good: INSIDE,
    faulty: NOTHING,
    scene: { hosts: host('matching'), certificate: ['elsewhere.test'] },
  },
  'dane-delivers-despite-mismatch': { good: NOTHING, faulty: INSIDE, scene: { hosts: host('foreign') } },
  'dane-delivers-without-starttls': {
    good: NOTHING,
    faulty: CLEAR,
    scene: { hosts: host('matching'), script: NO_TLS },
  },
  'dane-takes-failure-for-absence': {
    good: NOTHING,
    faulty: INSIDE,
    scene: { hosts: host('matching'), tlsaFails: true },
  },
  'dane-ignores-unusable-records': {
    good: NOTHING,
    faulty: CLEAR,
    scene: { hosts: host('unusable'), script: NO_TLS },
  },
  'dane-skips-name-below-trust-anchor': {
    good: NOTHING,
    faulty: INSIDE,
    scene: { hosts: host('authority'), certificate: ['elsewhere.test'] },
  },
  'dane-trusts-insecure-records': {
    good: INSIDE,
    faulty: NOTHING,
    scene: { hosts: host('foreign'), signing: null },
  },
  'dane-prefers-hosts-with-records': {
    good: INSIDE,
    faulty: 'inside TLS with second.x.test',
    scene: { hosts: [{ label: 'mx' }, { label: 'second', tlsa: 'matching' }] },
  },
  'dane-sends-no-server-name': {
    good: INSIDE,
    faulty: 'inside TLS with no name',
    scene: { hosts: host('matching') },
  },
  'sts-sends-recipient-domain-as-server-name': {
    good: INSIDE,
    faulty: 'inside TLS with x.test',
    scene: { web: { policy: OWN } },
  },
  'sts-enforces-nothing': { good: NOTHING, faulty: INSIDE, scene: { web: { policy: OTHER } } },
  'sts-skips-certificate-name': {
    good: NOTHING,
    faulty: INSIDE,
    scene: { web: { policy: OWN }, certificate: ['elsewhere.test'] },
  },
  'sts-pattern-matches-any-depth': {
    good: NOTHING,
    faulty: 'inside TLS with a.b.x.test',
    scene: { hosts: [{ label: 'a.b' }], web: { policy: policy('*.x.test') } },
  },
  'sts-enforces-testing': {
    good: INSIDE,
    faulty: NOTHING,
    scene: { web: { policy: policy('other.x.test', { mode: 'testing' }) } },
  },
  'sts-follows-redirects': {
    good: INSIDE,
    faulty: NOTHING,
    scene: {
      web: {
        routes: [
          { path: PATH, redirect: '/elsewhere' },
          { path: '/elsewhere', body: { text: OTHER } },
        ],
      },
    },
  },
  'sts-trusts-any-policy-host': {
    good: INSIDE,
    faulty: NOTHING,
    scene: { web: { policy: OTHER, certificate: { variant: 'expired', names: ['mta-sts.x.test'] } } },
  },
  'sts-takes-any-policy-text': {
    good: INSIDE,
    faulty: NOTHING,
    scene: {
      web: { routes: [{ path: PATH, headers: { 'content-type': 'text/html' }, body: { text: OTHER } }] },
    },
  },
  'sts-takes-policy-of-parent': {
    good: 'inside TLS with mx.sub.x.test',
    faulty: NOTHING,
    to: `sub.${DOMAIN}`,
    scene: { web: { policy: OTHER } },
  },
  'sts-drops-cache-without-answer': {
    good: NOTHING,
    faulty: CLEAR,
    before: { web: { policy: OWN } },
    scene: { script: NO_TLS },
  },
  'sts-keeps-expired-policy': {
    good: CLEAR,
    faulty: NOTHING,
    before: { web: { policy: policy('mx.x.test', { maxAge: 0 }) } },
    scene: { script: NO_TLS },
  },
  'sts-overrides-dane': {
    good: NOTHING,
    faulty: INSIDE,
    scene: { hosts: host('foreign'), web: { policy: OWN } },
  },
};
