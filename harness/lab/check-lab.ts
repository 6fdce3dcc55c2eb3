import { connectLab, type Lab as Mocks } from 'net-mocks';
import type { LateWatch, Patience } from '../check/patience.ts';
import type { Recorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import type { Ipv6Access, LabAccess, RoutedVantage } from '../model/lab-access.ts';
import { Inconclusive } from '../model/outcomes.ts';
import type { Target } from '../model/target.ts';
import type { Vantage } from '../model/vantage.ts';
import { afterOwnTime } from '../wire/deadline.ts';
import { ask } from './ask.ts';
import type { BenchLab, CheckLab, Elsewhere, Queueing, Waiting } from './bench-lab.ts';
import { openCheckDns } from './check-dns.ts';
import { openCheckMail } from './check-mail.ts';
import { openCheckNetwork } from './check-network.ts';
import { openCheckWeb } from './check-web.ts';
import { favouredBy } from './favoured.ts';
import { openInterceptions } from './interceptions.ts';
import { checkDomain, SINK } from './names.ts';
import { type AddressPool, createAddressPool } from './pool.ts';
import { createPulse, type Pulse } from './pulse.ts';
import { openReceivers } from './receivers.ts';
import { smarthostSessions } from './smarthost-sessions.ts';

/** A number that no entry of a journal of the lab reaches. */
const NEVER = 1_000_000_000;
/** Time that the lab has to clear what a check leaves, in milliseconds. */
const CLOSING = 10_000;

/** What the parts of a check's lab share. */
export interface CheckScope {
  readonly mocks: Mocks;
  readonly access: LabAccess;
  readonly target: Target;
  readonly nonce: string;
  readonly pool: AddressPool;
  /** Fires when the check ends. */
  readonly signal: AbortSignal;
  readonly queueing: Queueing;
  readonly patience?: Patience;
  readonly keepWatching?: (key: string, watch: LateWatch) => void;
  /** A watch is not needed any more. */
  readonly stopWatching?: (key: string) => void;
  /** Waits for what the target does in its own time. */
  readonly waiting: Waiting;
  /** Its receivers do more than reply at RCPT and at the end of the data. */
  readonly ownDelivery?: boolean;
  /** Looks up names that are none of the lab, where that stands in the open. */
  readonly elsewhere?: Elsewhere;
  /** Writes a sentence into the evidence of the check. */
  note(sentence: string): void;
  /** To be done when the check ends, last one first. */
  atEnd(end: () => Promise<unknown>): void;
}

/** The lab of a target, reached through its control interface. */
export function openBenchLab(access: LabAccess): BenchLab {
  const mocks = connectLab(access.control.url, access.control);
  const pool = createAddressPool(access.receivers.addresses);
  const pulse = createPulse((signal) =>
    mocks.smtp.waitForMessage({ server: SINK, recipient: '', since: NEVER, deadlineMs: 0 }, signal),
  );
  const unusedOverIpv6: RoutedVantage[] = [...(access.ipv6?.unused ?? [])];
  const labWith = (seen: LabAccess, unused: RoutedVantage[]): BenchLab => ({
    access: seen,
    takeUnused: () => takeFrom(unused, seen, 'near'),
    fresh(who) {
      const taken = takeFrom(unused, seen, 'near');
      return taken && labWith(who === 'readers' ? readFrom(seen, taken) : sendFrom(seen, taken), unused);
    },
    overIpv6: () => seen.ipv6 && labWith(overIpv6(seen, seen.ipv6), unusedOverIpv6),
    open: (context) => openCheckLab({ ...context, mocks, access: seen, pool, unused, pulse }),
  });
  return labWith(access, [...access.unused]);
}

/** The lab as it is for clients over IPv6. */
function overIpv6(access: LabAccess, { target, ...ipv6 }: Ipv6Access): LabAccess {
  return { ...access, ...ipv6, addresses: { ...access.addresses, target } };
}

/** The first vantage, or the reader, keeps its name and has another address. */
function sendFrom(access: LabAccess, { address, route }: RoutedVantage): LabAccess {
  const [first, ...others] = access.vantages;
  return first ? { ...access, vantages: [{ ...first, address, route }, ...others] } : access;
}

function readFrom(access: LabAccess, { address, route }: RoutedVantage): LabAccess {
  return { ...access, reader: { ...access.reader, address, route } };
}

function openCheckLab(context: {
  readonly mocks: Mocks;
  readonly access: LabAccess;
  readonly target: Target;
  readonly nonce: string;
  readonly pool: AddressPool;
  /** Vantages that no check has taken yet. */
  readonly unused: RoutedVantage[];
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly queueing?: Queueing;
  readonly patience?: Patience;
  readonly keepWatching?: (key: string, watch: LateWatch) => void;
  /** A watch is not needed any more. */
  readonly stopWatching?: (key: string) => void;
  readonly waiting?: Waiting;
  readonly ownDelivery?: boolean;
  readonly elsewhere?: Elsewhere;
  readonly pulse: Pulse;
}): CheckLab {
  const { mocks, access, recorder, nonce, unused } = context;
  const unwatch = context.pulse.watch();
  const ends: (() => Promise<unknown>)[] = [];
  const stop = new AbortController();
  const scope: CheckScope = {
    queueing: (wait) => wait(),
    waiting: (wait) => wait(),
    ...context,
    signal: AbortSignal.any([context.signal, stop.signal]),
    note: (sentence) => void recorder.event(0, { kind: 'note', text: `lab: ${visible(sentence)}` }),
    atEnd: (end) => void ends.push(end),
  };
  const dns = openCheckDns(scope);
  return {
    vantages: access.vantages.map(withoutRoute),
    unusedVantage(where = 'near') {
      const taken = takeFrom(unused, access, where);
      if (!taken)
        throw new Inconclusive('environment', `The lab has no ${where} address left that is unused.`);
      return withoutRoute(taken);
    },
    addresses: access.addresses,
    clientsShareAddresses: access.unused.length === 0,
    outboundMs: access.outboundMs,
    preflight: access.preflight,
    assertUntrusted() {
      const favoured = favouredBy(access);
      if (favoured) throw favoured;
    },
    domain(label, top = 'example') {
      const { names } = access;
      if (names && top !== 'example')
        throw new Inconclusive('environment', `The lab stands in the open, and has no names in ${top}.`);
      return checkDomain(label, nonce, names?.top ?? top);
    },
    ...openCheckMail(scope, dns),
    smarthostSessions: () => smarthostSessions(scope),
    receiver: openReceivers(scope, dns),
    intercept: openInterceptions(scope),
    network: openCheckNetwork(scope),
    dns,
    web: openCheckWeb(scope),
    certificates: {
      authority: () => ask('name its authority', scope.signal, () => mocks.certificates.authority()),
      issue: (request) => ask('issue a certificate', scope.signal, () => mocks.certificates.issue(request)),
    },
    async close() {
      stop.abort();
      try {
        await allEnds(ends);
      } finally {
        unwatch();
      }
    },
  };
}

/** Takes the first vantage that is left in the network of the first one, or in another. */
function takeFrom(
  unused: RoutedVantage[],
  { vantages }: LabAccess,
  where: 'near' | 'distant',
): RoutedVantage | undefined {
  const near = vantages[0]?.network;
  const at = unused.findIndex(({ network }) => (network === near) === (where === 'near'));
  return at < 0 ? undefined : unused.splice(at, 1)[0];
}

/** Does what is due at the end, last one first; a lab that does not answer any more holds up nobody for long. */
async function allEnds(ends: (() => Promise<unknown>)[]): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = afterOwnTime(CLOSING, late.resolve);
  // The check has its verdict: what cannot be withdrawn stays until the lab itself ends.
  while (ends.length > 0)
    await Promise.race([Promise.allSettled(ends.splice(-1).map((end) => end())), late.promise]);
  timer.cancel();
}

function withoutRoute({ name, address, network }: Vantage): Vantage {
  return { name, address, network };
}
