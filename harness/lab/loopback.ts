import { randomBytes, randomInt } from 'node:crypto';
import {
  type Endpoint as MocksEndpoint,
  parseLabOptions,
  type SmtpServerOptions,
  startControl,
  startLab,
} from 'net-mocks';
import type { Endpoint } from '../model/endpoint.ts';
import type { LabAccess, RoutedVantage } from '../model/lab-access.ts';
import type { Role } from '../model/roles.ts';
import type { SmarthostClaim } from '../model/smarthost-claim.ts';
import type { Vantage } from '../model/vantage.ts';
import { type AddressPlan, planAddresses } from './address-plan.ts';
import { SINK, SINK_HOST, SMARTHOST } from './names.ts';
import { smarthostServer } from './smarthost.ts';
import { publishWorld } from './world.ts';

/** A lab in this process, for a target in this process. */
export interface LoopbackLab {
  /** Where the target finds its resolver. */
  readonly resolver: Endpoint;
  /** Port on which every MX of this lab listens; loopback ports below 1024 are not for everybody. */
  readonly mxPort: number;
  /** Key of the root of the DNS, base64. */
  readonly dnsAnchor: string;
  /** Port on which policies are served, and PEM of the authority of the lab. */
  readonly web: { readonly port: number; readonly authority: string };
  /** Where the relay host listens; undefined where none is asked for. */
  readonly smarthost: Endpoint | undefined;
  /** Tells the lab who the target is. */
  admit(target: {
    readonly domain: string;
    readonly hostname: string;
    readonly endpoints: Readonly<Partial<Record<Role, Endpoint>>>;
    /** Where it believes clients who announce an IPv6 address: loopback has but one. */
    readonly ipv6Endpoints?: Readonly<Partial<Record<Role, Endpoint>>>;
    readonly outboundMs: number;
  }): Promise<LabAccess>;
  close(): Promise<void>;
}

/** Addresses of documentation (RFC 9637, RFC 3849), which no packet carries here. */
const IPV6 = ['3fff:113', '2001:db8:113'] as const;
const TARGET_IPV6 = '2001:db8:1825::2';

/** Times that another part of loopback is tried when an address of the first is taken. */
const ATTEMPTS = 5;

/**
 * Starts a lab on addresses of 127.0.0.0/8, each server on its own, so that vantages and receiving servers
 * can be told apart as on a real network. Needs a system whose loopback answers on the whole block, as
 * Linux and Windows do.
 * @param smarthost a relay host that the lab is to play, and its password where it asks for a login
 * @throws Error (EADDRNOTAVAIL) elsewhere
 */
export async function startLoopbackLab(smarthost?: {
  readonly claim: SmarthostClaim;
  readonly password?: string;
}): Promise<LoopbackLab> {
  const token = randomBytes(16).toString('hex');
  const { lab, plan } = await startSomewhere((address) =>
    smarthost ? [smarthostServer(smarthost.claim, { address, port: 0 }, smarthost.password)] : [],
  );
  const control = await startControl(lab, { address: '127.0.0.1', port: 0 }, token).catch(
    async (problem: unknown) => {
      await lab.close();
      throw problem;
    },
  );
  const close = async () => {
    await control.close();
    await lab.close();
  };
  const [{ dns, web }, { servers }, { dnskey }, { certificate }] = await Promise.all([
    lab.endpoints(),
    lab.smtp.servers(),
    lab.dns.trustAnchor(),
    lab.certificates.authority(),
  ]);
  const mxPort = servers.find(({ name }) => name === SINK)?.endpoint.port ?? 0;
  const relay = servers.find(({ name }) => name === SMARTHOST)?.endpoint;
  const relayHost = relay && endpointOf(relay);
  return {
    resolver: endpointOf(dns),
    mxPort,
    dnsAnchor: dnskey.split(' ').at(-1) ?? '',
    web: { port: web.port, authority: certificate },
    smarthost: relayHost,
    async admit({ domain, hostname, endpoints, ipv6Endpoints, outboundMs }) {
      const [some] = Object.values(endpoints);
      const target = {
        domain,
        hostname,
        address: some?.host ?? '127.0.0.1',
        ...(ipv6Endpoints ? { ipv6Address: TARGET_IPV6 } : {}),
      };
      await publishWorld(lab, plan, target);
      return {
        control: { url: `http://${control.endpoint.address}:${control.endpoint.port}`, token },
        vantages: plan.vantages.map(bound),
        reader: bound(plan.reader),
        unused: plan.unused.map(bound),
        elsewhere: plan.elsewhere.map(bound),
        endpoints,
        ...(ipv6Endpoints
          ? {
              ipv6: {
                vantages: plan.ipv6.vantages.map(announcing),
                reader: announcing(plan.ipv6.reader),
                unused: plan.ipv6.unused.map(announcing),
                endpoints: ipv6Endpoints,
                target: TARGET_IPV6,
              },
            }
          : {}),
        addresses: { target: target.address, sink: plan.sink, web: plan.web },
        middle: plan.middle,
        receivers: { addresses: plan.receivers, port: mxPort },
        ...(relayHost ? { smarthost: relayHost } : {}),
        outboundMs,
        preflight: { trustedVantage: false, notes: [] },
      };
    },
    close,
  };
}

/** Servers besides the sink, at the address that they get. */
type MoreServers = (address: string) => readonly SmtpServerOptions[];

async function startSomewhere(more: MoreServers) {
  for (let attempt = 1; ; attempt += 1) {
    const second = randomInt(16, 250);
    const third = randomInt(0, 255);
    const plan = planAddresses(`127.${second}.${third}`, `127.${second + 1}.${third}`, IPV6);
    try {
      return { lab: await startAt(plan, more), plan };
    } catch (problem) {
      const inUse = problem instanceof Error && 'code' in problem && problem.code === 'EADDRINUSE';
      if (!inUse || attempt === ATTEMPTS) throw problem;
    }
  }
}

function startAt({ resolver, web, sink, smarthost }: AddressPlan, more: MoreServers) {
  const options = {
    dns: { address: resolver },
    web: { address: web },
    smtp: [{ name: SINK, address: sink, hostname: SINK_HOST, tls: {} }, ...more(smarthost)],
  };
  return startLab(parseLabOptions(options, 'options'));
}

function announcing(vantage: Vantage): RoutedVantage {
  return { ...vantage, route: { announces: true } };
}

function bound(vantage: Vantage): RoutedVantage {
  return { ...vantage, route: { bind: vantage.address } };
}

function endpointOf({ address, port }: MocksEndpoint): Endpoint {
  return { host: address, port };
}
