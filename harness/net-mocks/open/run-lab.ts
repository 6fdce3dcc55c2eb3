import type { CertificateStore } from '../certificates/store.ts';
import { createDnsAuthority } from '../dns/authority.ts';
import { createKeyRing } from '../dns/dnssec/zone-key.ts';
import { mailRoute } from '../dns/mail-route.ts';
import { isAtOrBelow, keyOf } from '../dns/names.ts';
import { lookUpPublished, type PublishedAnswer } from '../dns/published.ts';
import { TYPE } from '../dns/types.ts';
import { createJournal } from '../journal/journal.ts';
import { assembleLab, type LabCore } from '../lab/assemble-lab.ts';
import { createTunnels, type RelayConnection, type Tunnels } from '../relay/tunnels.ts';
import { createMailExchange } from '../smtp/mail-exchange.ts';
import type { Represented } from '../smtp/on-behalf.ts';
import { parseSmtpServer } from '../smtp/options.ts';
import { writeReply } from '../smtp/rules.ts';
import type { SmtpSurroundings } from '../smtp/server.ts';
import { startWebServer, type WebServer } from '../web/server.ts';
import type { Endpoint } from '../wire/listen.ts';
import type { Delegated } from './name-server.ts';
import type { OpenLabSettings } from './options.ts';

/** What a run shares with the others: the machine, and the authority behind its certificates. */
export interface Common {
  readonly settings: OpenLabSettings;
  readonly certificates: CertificateStore;
  /** Name of the receiving server that all share. */
  readonly sinkHost: string;
  readonly endpoints: { readonly dns: Endpoint; readonly web: Endpoint };
  readonly serves: NonNullable<SmtpSurroundings['serves']>;
}

/** The lab of one run: it knows its own names, its own mail and its own targets. */
export interface RunLab extends Delegated {
  readonly lab: LabCore;
  readonly web: WebServer;
  /** Where the roles of its targets are. */
  readonly targets: readonly Endpoint[];
  /** Ports of its men in the middle, by their names. */
  readonly proxyPorts: Map<string, number>;
  /** Connections of its clients to its targets, and to its men in the middle. */
  readonly tunnels: Tunnels;
  /** The server that mail for a domain is for, at the address that all share; a reason where there is none. */
  receiverOf(domain: string): { server: Represented } | { none: 'nowhere' | 'null-mx' | 'full' };
  close(): Promise<void>;
}

/** By which checks name the server that they all share. */
const SINK = 'sink';
const LOOPBACK = '127.0.0.1';

/** @param zone of the run, directly beneath the one that is delegated */
export async function startRunLab(
  zone: string,
  targets: readonly Endpoint[],
  { settings, certificates, sinkHost, endpoints, serves }: Common,
): Promise<RunLab> {
  const { limits, addresses } = settings;
  const [shared] = addresses;
  const keys = createKeyRing();
  const dns = createDnsAuthority({ within: zone, keys, remembered: limits.remembered });
  const web = await startWebServer({ address: LOOPBACK, port: 0 }, certificates, limits.remembered);
  const isOwn = (address: string) => isAtOrBelow(keyOf(domainOf(address)), zone);
  const mail = createMailExchange(certificates, {
    shared,
    remembered: limits.remembered,
    admission: {
      serves: (client, gone) => !isFull() && serves(client, gone),
      mostOctets: limits.connectionOctets,
      admits: (address) =>
        !isOwn(address)
          ? writeReply(550, ['5.7.1 No mail for others is taken here'])
          : isFull()
            ? writeReply(452, ['4.2.2 The run has received as much as it may'])
            : undefined,
    },
  });
  const isFull = (): boolean => mail.octets() >= limits.octets;

  const lookUp = (name: string, type: 'MX' | 'A'): PublishedAnswer =>
    type === 'A' && keyOf(name) === sinkHost
      ? { rcode: 'NOERROR', dnssec: 'secure', records: [{ name, type, ttl: 0, data: shared }] }
      : lookUpPublished(dns.zones, dns.signer, name, TYPE[type]);

  const proxyPorts = new Map<string, number>();
  const tunnels = createTunnels(
    {
      name: 'vantages',
      sourceAddress: shared,
      sourceAddresses: addresses,
      rules: [],
      serves: 'the targets that the run has declared',
      addressesOnly: true,
      permits: (address, port) =>
        targets.some((target) => target.address === address && target.port === port) ||
        (address === LOOPBACK && [...proxyPorts.values()].includes(port)),
    },
    createJournal<RelayConnection>(limits.remembered),
  );

  const lab = await assembleLab(
    { certificates, dns, web, mail, endpoints },
    {
      smtp: [
        parseSmtpServer(
          { name: SINK, address: shared, port: settings.ports.smtp, hostname: sinkHost },
          'sink',
        ),
      ],
      mitm: [],
      relays: [],
    },
  );
  return {
    zone,
    dns,
    keys,
    lab,
    web,
    targets,
    proxyPorts,
    tunnels,
    receiverOf(domain) {
      const route = mailRoute(lookUp, domain);
      if (route.kind !== 'hosts') return { none: route.kind };
      if (isFull()) return { none: 'full' };
      const server =
        mail.represented(({ name, hostname }) => name !== SINK && route.names.includes(keyOf(hostname))) ??
        (route.addresses.includes(shared) ? mail.represented(({ name }) => name === SINK) : undefined);
      return server === undefined ? { none: 'nowhere' } : { server };
    },
    async close() {
      tunnels.closeAll();
      await lab.close();
    },
  };
}

/** After the last @; empty without one. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? '' : address.slice(at + 1).toLowerCase();
}
