import type { Endpoint } from '../model/endpoint.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { openConnection } from '../wire/connection.ts';
import { isWireFailure, Unreachable } from '../wire/failures.ts';
import { isLoopback } from '../wire/loopback-address.ts';
import { writtenEndpoint } from '../wire/written-endpoint.ts';
import type { SessionContext } from './bench.ts';

/** SMTP relaying between servers; the port that access networks close towards the outside. */
const PORT = 25;

/** What is known of outbound port 25 at this machine; empty before somebody asked. */
export interface Port25 {
  asked?: Promise<{ readonly open: boolean; readonly seen: string }>;
}

/**
 * What a port 25 that cannot be reached says about a server. Access networks block outbound port 25
 * (RFC 5068 §4), and from here that looks like a closed port of the server; so, for a server on another
 * machine, a control that the operator names is asked first. Nobody else is ever contacted.
 * @returns the failure where the control answers or the server is on this machine; else Inconclusive
 */
export async function meaningOfClosedPort(
  failure: unknown,
  endpoint: Endpoint,
  context: Pick<SessionContext, 'target' | 'recorder' | 'nextConnection' | 'signal'>,
  known: Port25,
): Promise<unknown> {
  const { target, recorder } = context;
  if (!(failure instanceof Unreachable) || context.signal.aborted) return failure;
  if (target.driver !== 'host' || endpoint.port !== PORT || isLoopback(endpoint.host)) return failure;
  const control = target.port25Control;
  if (!control) {
    return new Inconclusive(
      'environment',
      `${failure.message} Whether that is the server, or a network in between that blocks outbound port 25, cannot be told: targets.yaml names no port-25-control.`,
    );
  }
  known.asked ??= askControl(control, context);
  const { open, seen } = await known.asked;
  const address = writtenEndpoint(control);
  if (open) {
    recorder.event(0, { kind: 'note', text: `outbound port 25 is open here: ${address} answers ${seen}` });
    return failure;
  }
  return new Inconclusive(
    'environment',
    `${failure.message} The control ${address} cannot be reached from here either (${seen}), so that outbound port 25 seems to be blocked in this network.`,
  );
}

/** A greeting of 220 is asked for: a device on the path may take connections in the name of others. */
async function askControl(
  endpoint: Endpoint,
  { target, recorder, nextConnection, signal }: Parameters<typeof meaningOfClosedPort>[2],
): Promise<{ readonly open: boolean; readonly seen: string }> {
  try {
    const connection = await openConnection({
      endpoint,
      role: 'control of port 25',
      recorder,
      number: nextConnection(),
      replyMs: target.timing.replyMs,
      signal,
    });
    try {
      const { bytes } = await connection.readLine('the greeting of the control');
      const seen = bytes.toString('latin1');
      return { open: seen.startsWith('220'), seen };
    } finally {
      connection.close();
    }
  } catch (failure) {
    if (!isWireFailure(failure)) throw failure;
    return { open: false, seen: failure.message };
  }
}
