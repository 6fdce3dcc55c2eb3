/** Who is where outside an access network: documentation addresses (RFC 5737, RFC 3849). */

/** Receiving servers, each in another network, the principal one first. */
export const OUTSIDE_SINKS = [
  { address: '198.51.100.25', family: 'IPv4' },
  { address: '203.0.113.25', family: 'IPv4' },
  { address: '192.0.2.25', family: 'IPv4' },
  { address: '2001:db8:25::25', family: 'IPv6' },
] as const;

export type OutsideSinkAddress = (typeof OUTSIDE_SINKS)[number];

/** An address on which nothing listens. */
export const OUTSIDE_UNUSED = '198.51.100.26';

/** Where every sink listens; the beacon is on a port that no rule about mail is concerned with. */
export const OUTSIDE_PORTS = { mx: 25, submission: 587, submissions: 465, beacon: 2525 } as const;

export type OutsideServiceName = keyof typeof OUTSIDE_PORTS;
export const OUTSIDE_SERVICES = Object.keys(OUTSIDE_PORTS) as readonly OutsideServiceName[];

/** Name of the server of a sink in the lab's own interface. */
export function outsideServer(index: number, service: OutsideServiceName): string {
  return `outside-${index}-${service}`;
}

export function tlsModeOf(service: OutsideServiceName): 'implicit' | 'starttls' {
  return service === 'submissions' ? 'implicit' : 'starttls';
}

/** The only networks that relays of an access network may connect to. */
export function outsideNetworks(sinks: readonly OutsideSinkAddress[]): string[] {
  return [
    ...sinks.map(({ address, family }) => `${address}/${family === 'IPv4' ? 32 : 128}`),
    `${OUTSIDE_UNUSED}/32`,
  ];
}
