import { createCertificateStore } from '../certificates/store.ts';
import { listenForQueries } from '../dns/server.ts';
import type { Endpoint } from '../wire/listen.ts';
import { createAllowance, createPlaces, type Places } from './allowance.ts';
import { startOpenControl } from './control.ts';
import { withGiven } from './given-certificate.ts';
import { createNameServer } from './name-server.ts';
import { type OpenLabOptions, parseOpenLab } from './options.ts';
import { type RunLab, startRunLab } from './run-lab.ts';
import { createRuns, type OpenRun } from './runs.ts';
import { startSharedReceiver } from './shared-receiver.ts';
import { startWebDoor } from './web-door.ts';

/** A lab that everybody can reach. */
export interface OpenLab {
  readonly control: Endpoint;
  readonly dns: Endpoint;
  readonly smtp: Endpoint;
  readonly web: Endpoint;
  /** The DS record that belongs into the zone above. */
  readonly ds: string;
  /** PEM of the authority behind its certificates. */
  authority(): Promise<string>;
  close(): Promise<void>;
}

/** What whoever opened a run is told of it. */
export interface OpenedRun {
  /** For all that is asked in the name of the run. */
  token: string;
  /** Below which its names lie. */
  zone: string;
  /** The receiving server that all runs share, and where mail is received. */
  sink: { hostname: string; address: string; port: number };
  /** More addresses of the machine, for receivers of their own. */
  receivers: string[];
  /** Addresses from which its clients connect. */
  vantages: string[];
  web: Endpoint;
  /** Milliseconds after which a run is removed that asks for nothing. */
  idleMs: number;
}

/**
 * Starts a lab on the addresses of this machine, for servers that run already. It relays nothing to anybody, takes mail
 * for its runs alone, and forgets a run that asks for nothing any more.
 */
export async function startOpenLab(options: OpenLabOptions): Promise<OpenLab> {
  const settings = parseOpenLab(options, 'options');
  const { zone, nameServers, addresses, ports, limits } = settings;
  const [shared] = addresses;
  const sinkHost = `mx.${zone}`;
  const certificates = withGiven(
    createCertificateStore(settings.authority),
    sinkHost,
    settings.mailCertificate,
  );
  const names = createNameServer({
    zone,
    nameServers,
    address: shared,
    hosts: [sinkHost],
    zoneKey: settings.zoneKey,
    perNetwork: createAllowance(limits.queriesPerSecond, 1_000),
  });
  const runLabs = new Map<string, RunLab>();
  const runOf = (name: string): RunLab | undefined => runLabs.get(names.partOf(name)?.zone ?? '');
  const mailPlaces = paced(limits);
  const serves = ({ address }: Endpoint, gone: Promise<unknown>) => mailPlaces.take(address, gone);

  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  const owned = <T extends { close(): Promise<void> }>(part: T): T => {
    ends.push(() => part.close());
    return part;
  };
  ends.push(() => names.close());
  try {
    const dns = owned(
      await listenForQueries(
        { address: shared, port: ports.dns, tcp: true },
        names.answer,
        limits.connections,
      ),
    );
    const smtp = owned(
      await startSharedReceiver({
        address: shared,
        port: ports.smtp,
        hostname: sinkHost,
        certificates,
        runOf,
        serves,
        mostOctets: limits.connectionOctets,
      }),
    );
    const web = owned(
      await startWebDoor(
        { address: shared, port: ports.web },
        (name) => runOf(name)?.web.endpoint,
        paced(limits),
      ),
    );
    const endpoints = { dns: dns.endpoint, web: web.endpoint };
    settings.ports.smtp = smtp.endpoint.port;
    const runs = createRuns(
      settings,
      async (runZone, targets) => {
        const run = await startRunLab(runZone, targets, {
          settings,
          certificates,
          sinkHost,
          endpoints,
          serves,
        });
        runLabs.set(run.zone, run);
        names.delegate(run);
        return run;
      },
      (run) => {
        runLabs.delete(run.zone);
        names.withdraw(run.zone);
      },
    );
    ends.push(() => runs.endAll());
    const describe = async ({ token, run }: OpenRun): Promise<OpenedRun> => ({
      token,
      zone: run.zone,
      sink: { hostname: sinkHost, ...smtp.endpoint },
      receivers: addresses.slice(1),
      vantages: [...addresses],
      web: web.endpoint,
      idleMs: limits.idleMs,
    });
    const control = owned(
      await startOpenControl(settings, runs, describe, {
        wrongTokens: createAllowance(limits.wrongTokensPerMinute, 60_000),
        places: createPlaces(limits.connections * 4, limits.connections * 2),
      }),
    );
    return {
      control: control.endpoint,
      dns: dns.endpoint,
      smtp: smtp.endpoint,
      web: web.endpoint,
      ds: names.ds,
      authority: async () => (await certificates.authority()).certificate,
      close,
    };
  } catch (problem) {
    await close();
    throw problem;
  }
}

/** Places for connections, which nobody takes too often either. */
function paced(limits: {
  readonly connections: number;
  readonly connectionsOfOne: number;
  readonly connectionsPerMinute: number;
}): Places {
  const places = createPlaces(limits.connections, limits.connectionsOfOne);
  const allowance = createAllowance(limits.connectionsPerMinute, 60_000);
  return { take: (who, gone) => allowance.take(who) && places.take(who, gone) };
}
