import type { KeptAuthority } from '../certificates/authority.ts';
import { parseName } from '../dns/names.ts';
import { parseIpAddress, parseIpv4 } from '../input/addresses.ts';
import { fieldsOf, InputError, type Parse, parseInteger, parseList, parseString } from '../input/parse.ts';
import { parseEndpoint } from '../lab/options.ts';
import { type Network, parseNetwork } from '../relay/destinations.ts';
import type { Endpoint } from '../wire/listen.ts';

/** A certificate and its key, PEM. */
export interface KeyPair {
  /** The certificate, and those between it and its authority. */
  chain: string;
  key: string;
}

/**
 * A lab on a machine that everybody can reach, for servers that run already: what it publishes lies beneath a zone that
 * is delegated to it, and each run of an audit has a lab of its own there.
 */
export interface OpenLabOptions {
  /** The zone that is delegated to this machine. */
  zone: string;
  /** Names of its servers, as the delegation has them; those in the zone lead to this machine. */
  nameServers: string[];
  /** IPv4 addresses of this machine. The first one serves everybody, the others receivers of single checks. */
  addresses: string[];
  /** Where the runs are controlled, over TLS. */
  control: Endpoint;
  /** What opens a run. */
  token: string;
  /** Of the control interface. */
  certificate: KeyPair;
  /** Of the receiving server that all share; one by the own authority when absent. */
  mailCertificate?: KeyPair;
  /** The own authority; one that ends with the process when absent. */
  authority?: KeptAuthority;
  /** The key of the zone (PKCS #8, PEM), whose DS record stands in the delegation; ends with the process when absent. */
  zoneKey?: string;
  /** Ports of the servers; those that the protocols have when absent. */
  ports?: { dns?: number; smtp?: number; web?: number };
  /** Ports of targets that runs may connect to; those of mail when absent. */
  targetPorts?: number[];
  /** Networks that no stranger can reach, where targets may lie all the same. */
  allow?: string[];
  limits?: Partial<OpenLabLimits>;
}

/** What nobody gets more of. */
export interface OpenLabLimits {
  /** Runs at a time. */
  runs: number;
  /** Milliseconds without a request after which a run is removed. */
  idleMs: number;
  /** Milliseconds after which a run is removed in any case. */
  longestMs: number;
  /** Octets of mail that a run may receive. */
  octets: number;
  /** Messages, sessions, queries and requests that are remembered of a run, each. */
  remembered: number;
  /** Zones, hosts, faults, servers and proxies that a run may have, each. */
  published: number;
  /** Octets that a client may send in one connection. */
  connectionOctets: number;
  /** Connections that are open at a time, of each kind. */
  connections: number;
  /** Connections of one client address that are open at a time. */
  connectionsOfOne: number;
  /** Connections that one client address begins in a minute. */
  connectionsPerMinute: number;
  /** Queries of one network (/24) in a second. */
  queriesPerSecond: number;
  /** Requests with a wrong token that an address may make in a minute. */
  wrongTokensPerMinute: number;
}

export const USUAL_LIMITS: OpenLabLimits = {
  runs: 8,
  idleMs: 300_000,
  longestMs: 86_400_000,
  octets: 134_217_728,
  remembered: 20_000,
  published: 2_000,
  connectionOctets: 16_777_216,
  connections: 200,
  connectionsOfOne: 50,
  connectionsPerMinute: 600,
  queriesPerSecond: 200,
  wrongTokensPerMinute: 10,
};

export interface OpenLabSettings {
  zone: string;
  nameServers: string[];
  addresses: [string, ...string[]];
  control: Endpoint;
  token: string;
  certificate: KeyPair;
  mailCertificate: KeyPair | undefined;
  authority: KeptAuthority | undefined;
  zoneKey: string | undefined;
  ports: { dns: number; smtp: number; web: number };
  targetPorts: number[];
  allow: Network[];
  limits: OpenLabLimits;
}

const MAIL_PORTS = [25, 465, 587, 110, 143, 993, 995];
/** Guessing one takes for ever. */
const SHORTEST_TOKEN = 24;

const parseKeyPair: Parse<KeyPair> = (value, path) => {
  const fields = fieldsOf(value, path);
  const pair = { chain: fields.required('chain', parseString), key: fields.required('key', parseString) };
  fields.end();
  return pair;
};

const parseAuthority: Parse<KeptAuthority> = (value, path) => {
  const fields = fieldsOf(value, path);
  const kept = {
    certificate: fields.required('certificate', parseString),
    key: fields.required('key', parseString),
  };
  fields.end();
  return kept;
};

const parsePorts: Parse<OpenLabSettings['ports']> = (value, path) => {
  const fields = fieldsOf(value, path);
  const port = parseInteger(0, 65_535);
  const ports = {
    dns: fields.withDefault('dns', port, 53),
    smtp: fields.withDefault('smtp', port, 25),
    web: fields.withDefault('web', port, 443),
  };
  fields.end();
  return ports;
};

const parseLimits: Parse<OpenLabLimits> = (value, path) => {
  const fields = fieldsOf(value, path);
  const limits = { ...USUAL_LIMITS };
  for (const name of Object.keys(USUAL_LIMITS) as (keyof OpenLabLimits)[])
    limits[name] = fields.withDefault(name, parseInteger(1, Number.MAX_SAFE_INTEGER), USUAL_LIMITS[name]);
  fields.end();
  return limits;
};

const parseToken: Parse<string> = (value, path) => {
  const token = parseString(value, path);
  if (!/^[\x21-\x7e]*$/.test(token) || token.length < SHORTEST_TOKEN)
    throw new InputError(
      path,
      `expected at least ${SHORTEST_TOKEN} printable ASCII characters without blanks`,
    );
  return token;
};

const parseZoneName: Parse<string> = (value, path) => {
  const zone = parseName(value, path).toLowerCase();
  if (!zone.includes('.'))
    throw new InputError(path, `expected a zone that is delegated, such as probe.example.org, got ${zone}`);
  return zone;
};

export const parseOpenLab: Parse<OpenLabSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const [first, ...others] = fields.required('addresses', parseList(parseIpv4));
  if (first === undefined)
    throw new InputError(`${path}.addresses`, 'expected at least one address, got an empty list');
  const settings: OpenLabSettings = {
    zone: fields.required('zone', parseZoneName),
    nameServers: fields.required('nameServers', parseList(parseName)),
    addresses: [first, ...others],
    control: fields.required('control', parseEndpoint),
    token: fields.required('token', parseToken),
    certificate: fields.required('certificate', parseKeyPair),
    mailCertificate: fields.optional('mailCertificate', parseKeyPair),
    authority: fields.optional('authority', parseAuthority),
    zoneKey: fields.optional('zoneKey', parseString),
    ports: fields.withDefault('ports', parsePorts, { dns: 53, smtp: 25, web: 443 }),
    targetPorts: fields.withDefault('targetPorts', parseList(parseInteger(1, 65_535)), MAIL_PORTS),
    allow: fields.withDefault('allow', parseList(parseNetwork), []),
    limits: fields.withDefault('limits', parseLimits, USUAL_LIMITS),
  };
  fields.end();
  if (settings.nameServers.length === 0)
    throw new InputError(`${path}.nameServers`, 'expected at least one name, got an empty list');
  return settings;
};

/** Where the roles of a target are; what a run may connect to. */
export const parseTarget: Parse<Endpoint> = (value, path) => {
  const fields = fieldsOf(value, path);
  const endpoint = {
    address: fields.required('address', parseIpAddress),
    port: fields.required('port', parseInteger(1, 65_535)),
  };
  fields.end();
  return endpoint;
};
