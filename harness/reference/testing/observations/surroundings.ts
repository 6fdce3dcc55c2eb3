import type { FaultName } from '../../../model/faults.ts';
import { reversedAddress } from '../../../wire/reversed-address.ts';

/** What is around a reference server in its lab, as tests look at it. */
export interface Surroundings {
  /** Address of the server. */
  readonly address: string;
  /** What a subscriber gets from a port outside: its first line, or why there is none. */
  subscriber(address: string, port: number): Promise<string>;
  /** What a subscriber is answered by a port outside to EHLO, its lines joined by `|`. */
  subscriberEhlo(address: string, port: number): Promise<string>;
  /** The name that a subscriber finds in the certificate of a port outside; or why there is none. */
  subscriberCertificate(address: string, port: number): Promise<string>;
  /** What is published, as JSON. */
  published(name: string, type: string): Promise<string>;
  /** What a web host answers to GET, as text. */
  fetched(host: string, path: string): Promise<string>;
}

/** A fault of the surroundings: what there is around a good server, and around the faulty one. */
export interface SurroundingObservation {
  readonly good: RegExp;
  readonly faulty: RegExp;
  see(surroundings: Surroundings): Promise<string>;
}

const PRINCIPAL = '198.51.100.25';
const OTHER = '203.0.113.25';
const OVER_IPV6 = '2001:db8:25::25';
const UNUSED = '198.51.100.26';

const PROHIBITED = /^EHOSTUNREACH$/;
const SINK = /^220 sink-[0-9a-f]{12}\.outside\.test ESMTP$/;
const PROVIDER = /^220 mail\.provider\.test ESMTP$/;

/** Faults of what is around the server. */
export const SURROUNDINGS: Partial<Record<FaultName, SurroundingObservation>> = {
  'outbound-address-listed': {
    good: /^\[\]$/,
    faulty: /^\["127\.0\.0\.2"\]$/,
    see: ({ address, published }) => published(`${reversedAddress(address)}.reputation.example`, 'A'),
  },
  'outbound-address-unnamed': {
    good: /^\["mail\.example\.test"\]$/,
    faulty: /^\[\]$/,
    see: ({ address, published }) => published(`${reversedAddress(address)}.in-addr.arpa`, 'PTR'),
  },
  'mx-record-names-alias': {
    good: /^\[\{"preference":10,"exchange":"mail\.example\.test"\}\]$/,
    faulty: /"exchange":"alias\.example\.test"/,
    see: ({ published }) => published('example.test', 'MX'),
  },
  'mx-record-names-nothing': {
    good: /^\[\{"preference":10,"exchange":"mail\.example\.test"\}\]$/,
    faulty: /"exchange":"nothing\.example\.test"/,
    see: ({ published }) => published('example.test', 'MX'),
  },
  'tlsa-of-previous-certificate': {
    good: /^\[\{"usage":3,"selector":1,"matchingType":1,(?!.*171,171,171).*\}\]$/,
    faulty: /171,171,171/,
    see: ({ published }) => published('_25._tcp.mail.example.test', 'TLSA'),
  },
  'tlsa-absent': {
    good: /"usage":3/,
    faulty: /^\[\]$/,
    see: ({ published }) => published('_25._tcp.mail.example.test', 'TLSA'),
  },
  'published-policy-names-old-mx': {
    good: /^mx: mail\.example\.test\r$/m,
    faulty: /^mx: old\.example\.test\r$/m,
    see: ({ fetched }) => fetched('mta-sts.example.test', '/.well-known/mta-sts.txt'),
  },
  'tls-report-record-malformed': {
    good: /v=TLSRPTv1; rua=mailto:/,
    faulty: /^\[\["v=TLSRPTv1"\]\]$/,
    see: ({ published }) => published('_smtp._tls.example.test', 'TXT'),
  },
  'network-passes-port-25': {
    good: PROHIBITED,
    faulty: SINK,
    see: ({ subscriber }) => subscriber(PRINCIPAL, 25),
  },
  'network-passes-port-25-to-some': {
    good: PROHIBITED,
    faulty: SINK,
    see: ({ subscriber }) => subscriber(OTHER, 25),
  },
  'network-passes-port-25-over-ipv6': {
    good: PROHIBITED,
    faulty: SINK,
    see: ({ subscriber }) => subscriber(OVER_IPV6, 25),
  },
  'network-strips-starttls-from-port-25': {
    good: /EHOSTUNREACH/,
    faulty: /^250-sink-(?!.*STARTTLS)/,
    see: ({ subscriberEhlo }) => subscriberEhlo(PRINCIPAL, 25),
  },
  'network-intercepts-port-25': {
    good: PROHIBITED,
    faulty: SINK,
    see: ({ subscriber }) => subscriber(UNUSED, 25),
  },
  'network-blocks-submission': {
    good: SINK,
    faulty: PROHIBITED,
    see: ({ subscriber }) => subscriber(PRINCIPAL, 587),
  },
  'network-answers-submission': {
    good: SINK,
    faulty: PROVIDER,
    see: ({ subscriber }) => subscriber(PRINCIPAL, 587),
  },
  'network-blocks-submissions': {
    good: /^sink-/,
    faulty: PROHIBITED,
    see: ({ subscriberCertificate }) => subscriberCertificate(PRINCIPAL, 465),
  },
  'network-answers-submissions': {
    good: /^sink-/,
    faulty: /^mail\.provider\.test$/,
    see: ({ subscriberCertificate }) => subscriberCertificate(PRINCIPAL, 465),
  },
  'network-rewrites-starttls': {
    good: /STARTTLS/,
    faulty: /XXXXXXXA/,
    see: ({ subscriberEhlo }) => subscriberEhlo(PRINCIPAL, 587),
  },
  'client-records-name-port-25': {
    good: /"port":587\b/,
    faulty: /"port":25\b/,
    see: ({ published }) => published('_submission._tcp.example.test', 'SRV'),
  },
  'client-records-name-cleartext-only': {
    good: /"port":993\b/,
    faulty: /^\[\]$/,
    see: ({ published }) => published('_imaps._tcp.example.test', 'SRV'),
  },
  'client-records-prefer-upgrade': {
    good: /"priority":0\b/,
    faulty: /"priority":10\b/,
    see: ({ published }) => published('_submissions._tcp.example.test', 'SRV'),
  },
  'client-records-absent': {
    good: /"port":587\b/,
    faulty: /^\[\]$/,
    see: ({ published }) => published('_submission._tcp.example.test', 'SRV'),
  },
  'client-records-name-unnamed-host': {
    good: /"target":"mail\.example\.test"/,
    faulty: /"target":"other\.example\.test"/,
    see: ({ published }) => published('_submissions._tcp.example.test', 'SRV'),
  },
};
