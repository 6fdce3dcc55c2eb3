import { connectLab, controlCalls, type OpenedRun } from 'net-mocks';
import type { Endpoint } from '../../model/endpoint.ts';
import type { LabAccess, LabSecurity, LabTrust, RoutedVantage } from '../../model/lab-access.ts';
import type { Role } from '../../model/roles.ts';
import { publishClients } from '../world.ts';

/** A run of a lab in the open, for a server that runs already. */
export interface OpenedLab {
  readonly access: LabAccess;
  /** Below which the names of the run lie. */
  readonly zone: string;
  /** Ends the run: its names are gone, and nobody takes its mail any more. */
  close(): Promise<void>;
}

/** Names of the vantages, in the order of the addresses of the lab; more addresses are for receivers alone. */
const VANTAGES = ['first', 'distant', 'third'] as const;
/** Where men in the middle listen: on the machine of the lab, for the clients of the run alone. */
const MIDDLE = '127.0.0.1';
/** Part of the time after which a lab takes a silent run for ended. */
const RENEWALS = 4;

/**
 * Opens a run.
 * @param endpoints of the target, by address
 * @throws Error where the lab cannot be reached, is another one, or does not take the token or the targets
 */
export async function openRun(options: {
  readonly url: string;
  readonly token: string;
  readonly trust: LabTrust;
  readonly endpoints: Readonly<Partial<Record<Role, Endpoint>>>;
  readonly outboundMs: number;
}): Promise<OpenedLab> {
  const { url, token, trust, endpoints, outboundMs } = options;
  const operator = controlCalls(url, { token, trust });
  const targets = Object.values(endpoints).map(({ host, port }) => ({ address: host, port }));
  const opened = await operator.call<OpenedRun>('/runs/open', { targets }).finally(() => operator.close());
  const { zone, sink, receivers, web, idleMs } = opened;
  const security: LabSecurity = { token: opened.token, trust };
  const { hostname, port: controlPort } = new URL(url);
  const relay = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(controlPort || 443) };
  const vantages = opened.vantages.flatMap((address, index): RoutedVantage[] => {
    const name = VANTAGES[index];
    const network = `${address.split('.').slice(0, 3).join('.')}.0/24`;
    return name === undefined ? [] : [{ name, address, network, route: { relay, from: address, security } }];
  });
  const [first] = vantages;
  if (!first) throw new Error(`The lab at ${url} has no address from which its clients connect.`);
  const [target] = targets;

  const calls = controlCalls(url, security);
  const renewal = setInterval(
    () => {
      // A lab that cannot be reached is told by whoever needs it.
      void calls.call('/runs/renew').catch(() => undefined);
    },
    Math.ceil(idleMs / RENEWALS),
  );
  renewal.unref();
  const close = async (): Promise<void> => {
    clearInterval(renewal);
    await calls.call('/runs/close').catch(() => undefined);
    calls.close();
  };
  const mocks = connectLab(url, security);
  const clients = `clients.${zone}`;
  try {
    await publishClients(mocks, clients, vantages);
  } catch (failure) {
    await close();
    throw failure;
  } finally {
    await mocks.close();
  }
  return {
    zone,
    access: {
      control: { url, ...security },
      names: { top: zone, clients, sink: sink.hostname },
      vantages,
      reader: { ...first, name: 'reader' },
      unused: [],
      elsewhere: [],
      endpoints,
      addresses: { target: target?.address ?? '', sink: sink.address, web: web.address },
      middle: MIDDLE,
      receivers: { addresses: receivers, port: sink.port, shared: sink.address },
      outboundMs,
      preflight: { trustedVantage: false, notes: [] },
    },
    close,
  };
}
