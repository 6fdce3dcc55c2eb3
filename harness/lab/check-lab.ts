import { connectLab, type Lab as Mocks } from 'net-mocks';
import type { LateWatch, Patience } from '../check/patience.ts';
import type { Recorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import type { LabAccess, RoutedVantage } from '../model/lab-access.ts';
import { Inconclusive } from '../model/outcomes.ts';
import type { Target } from '../model/target.ts';
import type { Vantage } from '../model/vantage.ts';
import { ask } from './ask.ts';
import type { BenchLab, CheckLab, Queueing } from './bench-lab.ts';
import { openCheckDns } from './check-dns.ts';
import { openCheckMail } from './check-mail.ts';
import { openCheckNetwork } from './check-network.ts';
import { openCheckWeb } from './check-web.ts';
import { favouredBy } from './favoured.ts';
import { openInterceptions } from './interceptions.ts';
import { checkDomain } from './names.ts';
import { type AddressPool, createAddressPool } from './pool.ts';
import { openReceivers } from './receivers.ts';

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
  /** Writes a sentence into the evidence of the check. */
  note(sentence: string): void;
  /** To be done when the check ends, last one first. */
  atEnd(end: () => Promise<unknown>): void;
}

/** The lab of a target, reached through its control interface. */
export function openBenchLab(access: LabAccess): BenchLab {
  const mocks = connectLab(access.control.url, { token: access.control.token });
  const pool = createAddressPool(access.receivers.addresses);
  const unused: RoutedVantage[] = [...access.unused];
  return {
    access,
    takeUnused: () => takeFrom(unused, access, 'near'),
    open: (context) => openCheckLab({ ...context, mocks, access, pool, unused }),
  };
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
}): CheckLab {
  const { mocks, access, recorder, nonce, unused } = context;
  const ends: (() => Promise<unknown>)[] = [];
  const stop = new AbortController();
  const scope: CheckScope = {
    queueing: (wait) => wait(),
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
    outboundMs: access.outboundMs,
    preflight: access.preflight,
    assertUntrusted() {
      const favoured = favouredBy(access);
      if (favoured) throw favoured;
    },
    domain: (label, top = 'test') => checkDomain(label, nonce, top),
    ...openCheckMail(scope, dns),
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
      // The check has its verdict: what cannot be withdrawn stays until the lab itself ends.
      while (ends.length > 0) await Promise.allSettled(ends.splice(-1).map((end) => end()));
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

function withoutRoute({ name, address, network }: Vantage): Vantage {
  return { name, address, network };
}
