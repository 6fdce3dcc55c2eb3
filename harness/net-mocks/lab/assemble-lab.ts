import { parseCertificateRequest } from '../certificates/request.ts';
import type { CertificateStore } from '../certificates/store.ts';
import { type DnsAuthority, queryMatcher } from '../dns/authority.ts';
import { parseFault } from '../dns/faults.ts';
import { parseName } from '../dns/names.ts';
import { lookUpPublished } from '../dns/published.ts';
import { parseType } from '../dns/types.ts';
import { parseZone } from '../dns/zone.ts';
import { parseIdentifier } from '../input/addresses.ts';
import { type Fields, fieldsOf, parseList, parseString } from '../input/parse.ts';
import { createJournal, type Entry, type Page } from '../journal/journal.ts';
import { parseMode } from '../mitm/modes.ts';
import { parseProxy } from '../mitm/options.ts';
import { type MitmProxy, startProxy } from '../mitm/proxy.ts';
import { matchesProxySession, type ProxySession } from '../mitm/record.ts';
import { parseRelay, type Relay, startRelay } from '../relay/server.ts';
import type { RelayConnection } from '../relay/tunnels.ts';
import type { MailExchange } from '../smtp/mail-exchange.ts';
import { parseSmtpServer } from '../smtp/options.ts';
import { parseScript } from '../smtp/rules.ts';
import { fetchFrom } from '../web/fetch.ts';
import { parseHost } from '../web/hosts.ts';
import { matchesRequest, type WebServer } from '../web/server.ts';
import type { Endpoint } from '../wire/listen.ts';
import { createServerSet, type NamedServer } from '../wire/server-set.ts';
import {
  messageFilter,
  proxyFilter,
  queryFilter,
  readPage,
  readWait,
  relayFilter,
  requestFilter,
  sessionFilter,
} from './inputs.ts';
import type { Lab, OpenServer } from './lab.ts';
import type { LabSettings } from './options.ts';

/** What a lab is put together from. */
export interface LabParts {
  readonly certificates: CertificateStore;
  readonly dns: DnsAuthority;
  readonly web: WebServer;
  readonly mail: MailExchange;
  /** Where clients find name server and policy hosts. */
  readonly endpoints: { readonly dns: Endpoint; readonly web: Endpoint };
}

/** The lab as its remote control sees it: every method takes a value that nobody has looked at. */
export type LabCore = Awaited<ReturnType<typeof assembleLab>>;

/** A lab made of parts that run; what the settings name besides is opened. If it cannot, the parts are closed. */
export async function assembleLab(parts: LabParts, settings: Pick<LabSettings, 'smtp' | 'mitm' | 'relays'>) {
  const { certificates, dns, web, mail } = parts;
  const proxies = createServerSet<MitmProxy>('a proxy');
  const proxySessions = createJournal<ProxySession>(20_000);
  const relays = createServerSet<Relay>('a relay');
  const relayConnections = createJournal<RelayConnection>(20_000);

  const openFromStart = async (): Promise<void> => {
    await Promise.all([
      ...settings.smtp.map((server) => mail.open(server, 'options.smtp')),
      ...settings.mitm.map((proxy) =>
        proxies.open(proxy.name, 'options.mitm', () => startProxy(proxy, certificates, proxySessions)),
      ),
      ...settings.relays.map((relay) =>
        relays.open(relay.name, 'options.relays', () => startRelay(relay, relayConnections)),
      ),
    ]);
  };
  const closeOpened = async (): Promise<void> => {
    await Promise.all([mail.closeServers(), proxies.closeAll(), relays.closeAll()]);
  };
  const close = async (): Promise<void> => {
    proxySessions.close();
    relayConnections.close();
    await closeOpened();
    await Promise.all([mail.close(), dns.close(), web.close()]);
  };

  const lab = {
    endpoints: async () => parts.endpoints,
    dns: {
      async publish(input: unknown) {
        const { zones } = read(input, (fields) => ({
          zones: fields.required('zones', parseList(parseZone)),
        }));
        for (const zone of zones) dns.zones.publish(zone);
        return { origins: zones.map((zone) => zone.origin) };
      },
      async withdraw(input: unknown) {
        const origins = read(input, (fields) => fields.required('origins', parseList(parseName)));
        return { origins: origins.filter((origin) => dns.zones.withdraw(origin)) };
      },
      zones: async () => ({ origins: dns.zones.origins() }),
      async lookup(input: unknown) {
        const { name, type } = read(input, (fields) => ({
          name: fields.required('name', parseName),
          type: fields.required('type', parseType),
        }));
        return lookUpPublished(dns.zones, dns.signer, name, type);
      },
      trustAnchor: async () => dns.signer.trustAnchor,
      async setFaults(input: unknown) {
        const faults = read(input, (fields) => fields.required('faults', parseList(parseFault)));
        return { ids: faults.map((fault) => dns.faults.set(fault)) };
      },
      async clearFaults(input?: unknown) {
        const ids = read(input, (fields) => fields.optional('ids', parseList(parseIdentifier)));
        if (ids === undefined) dns.faults.clearAll();
        else for (const id of ids) dns.faults.clear(id);
      },
      async queries(input?: unknown) {
        const { since, filter } = readPage(input, queryFilter);
        return filtered(dns.queries.since(since), queryMatcher(filter));
      },
      async waitForQuery(input: unknown, signal?: AbortSignal) {
        const { filter, options } = readWait(input, signal, queryFilter);
        return dns.queries.wait(queryMatcher(filter), options);
      },
    },
    smtp: {
      async open(input: unknown) {
        const server = parseSmtpServer(input, 'server');
        return { name: server.name, endpoint: await mail.open(server, 'server') };
      },
      async setScript(input: unknown) {
        const { name, script } = read(input, (fields) => ({
          name: fields.required('name', parseIdentifier),
          script: fields.required('script', parseScript),
        }));
        mail.setScript(name, script);
      },
      closeServer: async (input: unknown) => mail.closeServer(readName(input)),
      servers: async () => ({ servers: mail.servers() }),
      async messages(input?: unknown) {
        const { since, filter } = readPage(input, messageFilter);
        return mail.messages(since, filter);
      },
      async waitForMessage(input: unknown, signal?: AbortSignal) {
        const { filter, options } = readWait(input, signal, messageFilter);
        return mail.waitForMessage(filter, options);
      },
      async sessions(input?: unknown) {
        const { since, filter } = readPage(input, sessionFilter);
        return mail.sessions(since, filter);
      },
      async waitForSession(input: unknown, signal?: AbortSignal) {
        const { filter, options } = readWait(input, signal, sessionFilter);
        return mail.waitForSession(filter, options);
      },
    },
    mitm: {
      async open(input: unknown) {
        const proxy = parseProxy(input, 'proxy');
        return openServer(
          await proxies.open(proxy.name, 'proxy', () => startProxy(proxy, certificates, proxySessions)),
        );
      },
      async setMode(input: unknown) {
        const { name, mode } = read(input, (fields) => ({
          name: fields.required('name', parseIdentifier),
          mode: fields.required('mode', parseMode),
        }));
        proxies.get(name).setMode(mode);
      },
      closeProxy: async (input: unknown) => proxies.close(readName(input)),
      proxies: async () => ({ proxies: proxies.list().map(openServer) }),
      async sessions(input?: unknown) {
        const { since, filter } = readPage(input, proxyFilter);
        const page = filtered(proxySessions.since(since), (entry) => matchesProxySession(entry, filter));
        return { ...page, entries: page.entries.map(snapshot) };
      },
      async waitForSession(input: unknown, signal?: AbortSignal) {
        const { filter, options } = readWait(input, signal, proxyFilter);
        const found = await proxySessions.wait((entry) => matchesProxySession(entry, filter), options);
        return found === null ? null : snapshot(found);
      },
    },
    web: {
      async publish(input: unknown) {
        const hosts = read(input, (fields) => fields.required('hosts', parseList(parseHost)));
        for (const host of hosts) web.publish(host);
        return { hosts: hosts.map((host) => host.host) };
      },
      async withdraw(input: unknown) {
        const hosts = read(input, (fields) => fields.required('hosts', parseList(parseString)));
        return { hosts: hosts.filter((host) => web.withdraw(host)) };
      },
      hosts: async () => ({ hosts: web.hosts() }),
      async fetch(input: unknown) {
        const { host, path } = read(input, (fields) => ({
          host: fields.required('host', parseName),
          path: fields.required('path', parseString),
        }));
        return fetchFrom(web.endpoint, host, path);
      },
      async requests(input?: unknown) {
        const { since, filter } = readPage(input, requestFilter);
        return filtered(web.requests.since(since), (entry) => matchesRequest(entry, filter));
      },
      async waitForRequest(input: unknown, signal?: AbortSignal) {
        const { filter, options } = readWait(input, signal, requestFilter);
        return web.requests.wait((entry) => matchesRequest(entry, filter), options);
      },
    },
    relays: {
      async open(input: unknown) {
        const relay = parseRelay(input, 'relay');
        return openServer(await relays.open(relay.name, 'relay', () => startRelay(relay, relayConnections)));
      },
      closeRelay: async (input: unknown) => relays.close(readName(input)),
      list: async () => ({
        relays: relays.list().map((relay) => ({ ...openServer(relay), sourceAddress: relay.sourceAddress })),
      }),
      async connections(input?: unknown) {
        const { since, filter } = readPage(input, relayFilter);
        return filtered(relayConnections.since(since), (entry) => matchesRelayConnection(entry, filter));
      },
      async waitForConnection(input: unknown, signal?: AbortSignal) {
        const { filter, options } = readWait(input, signal, relayFilter);
        return relayConnections.wait((entry) => matchesRelayConnection(entry, filter), options);
      },
    },
    certificates: {
      async authority() {
        const { certificate, untrusted } = await certificates.authority();
        return { certificate, untrusted };
      },
      issue: async (input: unknown) => certificates.issue(parseCertificateRequest(input, 'certificate')),
    },
    async reset() {
      await closeOpened();
      dns.zones.clear();
      dns.faults.clearAll();
      web.clear();
      mail.forget();
      for (const journal of [dns.queries, web.requests, proxySessions, relayConnections]) journal.clear();
      await openFromStart();
    },
    close,
  } satisfies Lab;

  await openFromStart().catch(async (problem: unknown) => {
    await close();
    throw problem;
  });
  return lab;
}

function read<T>(input: unknown, take: (fields: Fields) => T): T {
  const fields = fieldsOf(input ?? {}, '');
  const content = take(fields);
  fields.end();
  return content;
}

const readName = (input: unknown): string =>
  read(input, (fields) => fields.required('name', parseIdentifier));

function openServer({ name, endpoint }: NamedServer): OpenServer {
  return { name, endpoint };
}

function filtered<T>(page: Page<T>, matches: (entry: Entry<T>) => boolean): Page<T> {
  return { ...page, entries: page.entries.filter(matches) };
}

function matchesRelayConnection(
  entry: RelayConnection,
  filter: { relay?: string; closed?: boolean },
): boolean {
  return (
    (filter.relay === undefined || entry.relay === filter.relay) &&
    (filter.closed === undefined || entry.closed === filter.closed)
  );
}

/** A conversation goes on while its reader looks at it; the reader gets the state of one moment. */
function snapshot(session: Entry<ProxySession>): Entry<ProxySession> {
  return {
    ...session,
    interventions: [...session.interventions],
    clientLeg: [...session.clientLeg],
    serverLeg: [...session.serverLeg],
  };
}
