import type {
  AccessNetwork,
  CheckDefinition,
  OutsideService,
  OutsideSink,
  Services,
} from '../../harness/check/check.ts';
import { lineOf as replyLine } from '../../harness/steps/replies.ts';

/** What the checks have in common that meet the servers outside from both sides of the network. */
export const MEETS_SINKS = {
  per: 'target',
  needs: ['sink', 'vantage'],
  effect: 'reads',
  safety: 'safe',
  connections: 8,
} as const satisfies Partial<CheckDefinition>;

type MeetingServices = Pick<Services, 'smtp' | 'inconclusive' | 'note'>;

/** Who answered on a port, if anybody did. */
export type Meeting =
  | {
      readonly kind: 'answered';
      readonly greeting: string;
      /** The name in the first line of the EHLO reply. */
      readonly name: string;
      readonly keywords: readonly string[];
      /** SHA-256 fingerprint of the certificate where TLS came first. */
      readonly certificate: string | null;
    }
  /** Somebody answered, and would not talk. */
  | { readonly kind: 'refused'; readonly said: string }
  | { readonly kind: 'nothing'; readonly how: string };

/** Attempts before a port counts as closed to a vantage. */
const TRIES = 3;

/** What a failed attempt means for somebody who looks at a network. */
const BLOCKED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused by a reset',
  EHOSTUNREACH: 'unreachable by an ICMP message',
  ENETUNREACH: 'unreachable by an ICMP message',
  EACCES: 'prohibited by an ICMP message',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'no answer',
};

/** Talks to a server from a vantage as far as EHLO. */
export async function meet(
  { smtp }: Pick<MeetingServices, 'smtp'>,
  vantage: string,
  service: OutsideService,
): Promise<Meeting> {
  let how = '';
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const client = await smtp({ vantage, elsewhere: service });
      const hello = await client.ehlo();
      const certificate = client.connection.session?.socket.getPeerCertificate().fingerprint256 ?? null;
      client.connection.close();
      return {
        kind: 'answered',
        greeting: replyLine(client.greeting),
        name: hello.lines[0]?.split(' ', 1)[0] ?? '',
        keywords: [...(client.capabilities?.keywords ?? [])].map((pair) => pair.join(' ').trim()),
        certificate,
      };
    } catch (failure) {
      if (!(failure instanceof Error)) throw failure;
      switch (failure.name) {
        case 'Inconclusive':
        case 'TlsFailed':
        case 'Malformed':
          return { kind: 'refused', said: failure.message };
        case 'Unreachable': {
          const code = 'code' in failure ? String(failure.code) : '';
          // The run itself is being ended.
          if (code === 'EABORTED') throw failure;
          how = BLOCKED[code] ?? code;
          break;
        }
        case 'ConnectionEnded':
        case 'Silence':
          how = failure.message;
          break;
        default:
          throw failure;
      }
    }
  }
  return { kind: 'nothing', how };
}

/** It is the sink itself that answered. */
export function isSink(meeting: Meeting, sink: OutsideSink): boolean {
  return (
    meeting.kind === 'answered' &&
    meeting.name === sink.hostname &&
    meeting.greeting.split(' ').includes(sink.hostname)
  );
}

/** A meeting in one line. */
export function lineOf(meeting: Meeting): string {
  switch (meeting.kind) {
    case 'answered':
      return `answered by ${meeting.name}: ${meeting.greeting}`;
    case 'refused':
      return `answered, and refused: ${meeting.said}`;
    case 'nothing':
      return `nobody answered: ${meeting.how}`;
  }
}

/** The services of a sink that a check may ask for. */
type ServiceName = 'mx' | 'submission' | 'submissions';

/**
 * The sinks that can be judged: those that a vantage in front of the network reaches on this very service,
 * and that the subscriber reaches at all. Without the principal one there is nothing to judge by; of the
 * others, which may be of a family that a network does not have, it is noted.
 */
export async function judgeableSinks(
  services: MeetingServices,
  network: AccessNetwork,
  service: ServiceName,
): Promise<readonly OutsideSink[]> {
  const judged = await Promise.all(
    network.sinks.map(async (sink, index): Promise<readonly OutsideSink[]> => {
      const [control, beacon] = await Promise.all([
        meet(services, network.open, sink[service]),
        meet(services, network.subscriber, sink.beacon),
      ]);
      const reason = !isSink(control, sink)
        ? `The control vantage does not reach ${sink.address} on ${service}: ${lineOf(control)}.`
        : !isSink(beacon, sink)
          ? `The subscriber reaches ${sink.address} on no port at all: ${lineOf(beacon)}.`
          : undefined;
      if (reason === undefined) return [sink];
      if (index === 0) return services.inconclusive('environment', reason);
      services.note(`${reason} It is left out.`);
      return [];
    }),
  );
  return judged.flat();
}

/** The principal sink among those that can be judged. */
export function principalOf(services: MeetingServices, sinks: readonly OutsideSink[]): OutsideSink {
  const [principal] = sinks;
  return principal ?? services.inconclusive('environment', 'There is no server outside the network.');
}
