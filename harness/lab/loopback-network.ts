import { randomBytes } from 'node:crypto';
import { connectLab, type Lab as Mocks, type Endpoint as MocksEndpoint, type RelayRule } from 'net-mocks';
import type { Endpoint } from '../model/endpoint.ts';
import type { LabAccess, NetworkAccess } from '../model/lab-access.ts';
import type { Role } from '../model/roles.ts';
import {
  OUTSIDE_PORTS,
  OUTSIDE_SERVICES,
  OUTSIDE_SINKS,
  OUTSIDE_UNUSED,
  type OutsideServiceName,
  outsideNetworks,
  outsideServer,
  tlsModeOf,
} from './outside-plan.ts';

/** What the access network does to connections of its subscribers; `blocked` is told them by an ICMP message. */
export interface NetworkConduct {
  /**
   * Port 25; `open-to-some`: of the second and later networks only; `stripped`: STARTTLS is taken away on
   * the way; `intercepted`: so it is, by somebody who answers for empty addresses as well.
   */
  readonly mx: 'blocked' | 'open' | 'open-to-some' | 'open-over-ipv6' | 'stripped' | 'intercepted';
  readonly submission: 'open' | 'blocked' | 'answered-by-stranger';
  readonly submissions: 'open' | 'blocked' | 'answered-by-stranger';
  /** Overwrites STARTTLS on its way from every server with an upgrade to TLS. */
  readonly rewritesStarttls: boolean;
}

/** A provider who blocks port 25 and nothing else. */
export const WELL_BEHAVED: NetworkConduct = {
  mx: 'blocked',
  submission: 'open',
  submissions: 'open',
  rewritesStarttls: false,
};

const UPGRADE_ROLES = ['submission', 'pop3', 'imap'] as const satisfies readonly Role[];

/**
 * Makes an access network on loopback: two relays, one of which lies behind it and follows its rules, and
 * servers outside, which both relays know by documentation addresses. The lab ends it all.
 */
export async function openLoopbackNetwork(
  access: LabAccess,
  conduct: NetworkConduct = WELL_BEHAVED,
): Promise<NetworkAccess> {
  const mocks = connectLab(access.control.url, { token: access.control.token });
  try {
    const outside = await openOutside(mocks);
    const rules = await rulesOf(mocks, conduct, outside, access.endpoints);
    const prefix = access.addresses.sink.replace(/\d+$/, '');
    const vantages = [
      { name: 'subscriber', address: `${prefix}60`, rules: [...rules, ...outside.world] },
      { name: 'open', address: `${prefix}61`, rules: outside.world },
    ];
    return {
      subscriber: 'subscriber',
      open: 'open',
      vantages: await Promise.all(
        vantages.map(async ({ name, address, rules: followed }) => {
          const relay = {
            name,
            sourceAddress: address,
            allow: outsideNetworks(OUTSIDE_SINKS),
            rules: [...followed],
          };
          const { endpoint } = await mocks.relays.open(relay);
          const route = { relay: { host: endpoint.address, port: endpoint.port } };
          return { name, address, network: `${prefix}0/24`, route };
        }),
      ),
      sinks: outside.sinks,
      unused: OUTSIDE_UNUSED,
    };
  } finally {
    await mocks.close();
  }
}

interface Outside {
  readonly sinks: NetworkAccess['sinks'];
  /** Where the addresses outside lead, for somebody whom no network hinders. */
  readonly world: readonly RelayRule[];
  /** Where a server really listens. */
  at(address: string, service: OutsideServiceName): MocksEndpoint;
}

async function openOutside(mocks: Mocks): Promise<Outside> {
  const hostname = `sink-${randomBytes(6).toString('hex')}.outside.test`;
  const opened = new Map<string, MocksEndpoint>();
  await Promise.all(
    OUTSIDE_SINKS.flatMap(({ address }, index) =>
      OUTSIDE_SERVICES.map(async (service) => {
        const name = outsideServer(index, service);
        const { endpoint } = await mocks.smtp.open({ name, hostname, tls: { mode: tlsModeOf(service) } });
        opened.set(`${address} ${service}`, endpoint);
      }),
    ),
  );
  const at = (address: string, service: OutsideServiceName): MocksEndpoint => {
    const endpoint = opened.get(`${address} ${service}`);
    if (!endpoint) throw new Error(`There is no ${service} server at ${address}.`);
    return endpoint;
  };
  const addresses = OUTSIDE_SINKS.map(({ address }) => address);
  return {
    sinks: OUTSIDE_SINKS.map(({ address, family }, index) => ({
      address,
      family,
      hostname,
      server: outsideServer(index, 'mx'),
    })),
    world: [
      ...addresses.flatMap((address) =>
        OUTSIDE_SERVICES.map((service) =>
          redirected(OUTSIDE_PORTS[service], [address], at(address, service)),
        ),
      ),
      // Nothing may look for such an address on a real network.
      { addresses: [...addresses, OUTSIDE_UNUSED], effect: 'reset' },
    ],
    at,
  };
}

function redirected(port: number, addresses: string[], to: MocksEndpoint): RelayRule {
  return { port, addresses, effect: 'redirect', to };
}

/** What the network does, as the rules that stand in front of those of the world. */
async function rulesOf(
  mocks: Mocks,
  conduct: NetworkConduct,
  outside: Outside,
  target: LabAccess['endpoints'],
): Promise<readonly RelayRule[]> {
  const everywhere = [...OUTSIDE_SINKS.map(({ address }) => address), OUTSIDE_UNUSED];
  const rules: RelayRule[] = [];
  if (conduct.rewritesStarttls) rules.push(...(await rewriting(mocks, outside, target)));
  rules.push(...(await mxRules(mocks, conduct.mx, outside, everywhere)));
  for (const service of ['submission', 'submissions'] as const) {
    const done = conduct[service];
    if (done === 'open') continue;
    const port = OUTSIDE_PORTS[service];
    // The target is outside too, on the port that it has.
    const own = target[service];
    if (done === 'blocked') {
      rules.push({ port, addresses: everywhere, effect: 'prohibit' });
      if (own) rules.push({ port: own.port, addresses: [own.host], effect: 'prohibit' });
      continue;
    }
    const stranger = await mocks.smtp.open({
      name: `stranger-${service}`,
      hostname: 'mail.provider.test',
      tls: { mode: tlsModeOf(service) },
    });
    rules.push(redirected(port, everywhere, stranger.endpoint));
  }
  return rules;
}

async function mxRules(
  mocks: Mocks,
  conduct: NetworkConduct['mx'],
  outside: Outside,
  everywhere: string[],
): Promise<RelayRule[]> {
  const port = OUTSIDE_PORTS.mx;
  const [principal] = OUTSIDE_SINKS;
  switch (conduct) {
    case 'open':
      return [];
    case 'blocked':
      return [{ port, addresses: everywhere, effect: 'prohibit' }];
    case 'open-to-some':
      return [{ port, addresses: [principal.address, OUTSIDE_UNUSED], effect: 'prohibit' }];
    case 'open-over-ipv6':
      return [{ port, family: 'ipv4', addresses: everywhere, effect: 'prohibit' }];
    case 'stripped':
    case 'intercepted': {
      const { endpoint } = await mocks.mitm.open({
        name: 'interceptor-mx',
        protocol: 'smtp',
        upstream: outside.at(principal.address, 'mx'),
        mode: { kind: 'strip-capability' },
      });
      const answered = everywhere.filter(
        (address) => conduct === 'intercepted' || address !== OUTSIDE_UNUSED,
      );
      return [redirected(port, answered, endpoint)];
    }
  }
}

async function rewriting(
  mocks: Mocks,
  outside: Outside,
  target: LabAccess['endpoints'],
): Promise<RelayRule[]> {
  const rewritten = async (
    name: string,
    protocol: 'smtp' | 'pop3' | 'imap',
    visible: Endpoint,
    upstream: MocksEndpoint,
  ): Promise<RelayRule> => {
    const mode = { kind: 'overwrite-capability' } as const;
    const { endpoint } = await mocks.mitm.open({ name, protocol, upstream, mode });
    return redirected(visible.port, [visible.host], endpoint);
  };
  const ofTarget = UPGRADE_ROLES.flatMap((role) => {
    const endpoint = target[role];
    if (!endpoint) return [];
    const protocol = role === 'submission' ? 'smtp' : role;
    const upstream = { address: endpoint.host, port: endpoint.port };
    return [rewritten(`rewriter-${role}`, protocol, endpoint, upstream)];
  });
  const ofSinks = OUTSIDE_SINKS.map(({ address }, index) =>
    rewritten(
      `rewriter-sink-${index}`,
      'smtp',
      { host: address, port: OUTSIDE_PORTS.submission },
      outside.at(address, 'submission'),
    ),
  );
  return Promise.all([...ofTarget, ...ofSinks]);
}
