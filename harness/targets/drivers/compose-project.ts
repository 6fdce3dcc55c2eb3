import { BlockList, isIP } from 'node:net';
import { type Document, isMap, isSeq, parseDocument, Scalar } from 'yaml';

/**
 * A compose project as compose itself resolved it: files merged, variables and profiles applied, paths made
 * absolute. Whether 1.29 or 2 wrote it, every scalar is kept as it stands there.
 */
export interface Project {
  readonly document: Document;
  /** Services that are active, by name. */
  readonly services: Readonly<Record<string, Mapping>>;
  readonly networks: Readonly<Record<string, Mapping>>;
  readonly volumes: Readonly<Record<string, Mapping>>;
}

type Mapping = Readonly<Record<string, unknown>>;

/** What a project becomes part of. */
export interface Surroundings {
  /** Name of the target, by which the images of its services are called. */
  readonly target: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly imageLabels: Readonly<Record<string, string>>;
  /** Ports to publish on 127.0.0.1, by service. */
  readonly ports: ReadonlyMap<string, readonly number[]>;
  /** Name server of the lab; undefined: there is none, and the networks stay open. */
  readonly resolver: string | undefined;
}

/** The texts of compose files. */
export interface PreparedProject {
  readonly whole: string;
  /** No service waits for another: 1.29 waits even where it is to make the containers and start none. */
  readonly unordered: string;
}

/** Reads what `config` writes; of services with profiles, 1.29 writes the inactive ones too. */
export function readProject(yaml: string, profiles: readonly string[]): Project {
  // Without a schema nothing is taken for a number or a truth value and written in another way.
  const document = parseDocument(yaml, { schema: 'failsafe' });
  const [problem] = document.errors;
  if (problem) throw problem;
  const value: unknown = document.toJS();
  const part = (name: string) => mappingsOf(isMapping(value) ? value[name] : undefined);
  const services = part('services');
  for (const [name, service] of Object.entries(services)) {
    const own = Array.isArray(service.profiles) ? service.profiles : [];
    if (own.length > 0 && !own.some((profile) => profiles.includes(String(profile)))) {
      document.deleteIn(['services', name]);
      delete services[name];
    }
  }
  return { document, services, networks: part('networks'), volumes: part('volumes') };
}

/** Why a project cannot be audited as it is, in sentences; empty where it can. */
export function obstaclesOf({ services, networks, volumes }: Project): string[] {
  const sentences: string[] = [];
  for (const [name, service] of Object.entries(services)) {
    const mode = service.network_mode;
    if (mode !== undefined && !sharesNetwork(service) && mode !== 'none')
      sentences.push(
        `The service ${name} has "network_mode: ${String(mode)}", by which it could be reached from elsewhere; it needs a network of the project.`,
      );
    if (Array.isArray(service.external_links))
      sentences.push(`The service ${name} has "external_links" to containers that are not of the project.`);
  }
  for (const [name, { driver }] of Object.entries(networks)) {
    if (driver !== undefined && driver !== 'bridge')
      sentences.push(
        `The network ${name} has "driver: ${String(driver)}", which may reach beyond this machine; only bridge stays on it.`,
      );
  }
  for (const [name, { external }] of Object.entries(volumes)) {
    if (isExternal(external))
      sentences.push(
        `The volume ${name} is external: an audit would write into data that is not its own. A further compose file can replace it.`,
      );
  }
  return sentences;
}

/** Services that have an address of their own; the others share the network of one, or have none. */
export function networkedServices({ services }: Project): string[] {
  return Object.keys(services).filter((name) => services[name]?.network_mode === undefined);
}

/**
 * The project as it is to be made for an audit: reached at the ports of the roles on 127.0.0.1 and nowhere
 * else, apart from every other project with the same names, labelled, and started once.
 */
export function prepareProject(project: Project, surroundings: Surroundings): PreparedProject {
  const { document, services } = project;
  document.delete('name');
  // With a version, 1.29 reads the file by an older format than the one that it writes.
  document.delete('version');
  const built = builtImages(project, surroundings.target);
  for (const [name, service] of Object.entries(services))
    prepareService(project, name, service, surroundings, built);
  prepareNetworks(project, surroundings);
  for (const name of Object.keys(project.volumes)) {
    const at = ensureMapping(document, ['volumes', name]);
    for (const key of ['name', 'external']) remove(document, [...at, key]);
    addLabels(document, at, surroundings.labels);
  }
  const whole = document.toString({ lineWidth: 0 });
  for (const name of Object.keys(services)) remove(document, ['services', name, 'depends_on']);
  return { whole, unordered: document.toString({ lineWidth: 0 }) };
}

/** Names of images that the project builds, and what they are called here: nobody's own are replaced. */
function builtImages({ services }: Project, target: string): ReadonlyMap<string, string> {
  const images = new Map<string, string>();
  for (const [name, { build, image }] of Object.entries(services)) {
    if (build !== undefined && typeof image === 'string') images.set(image, imageName(target, name));
  }
  return images;
}

function imageName(target: string, service: string): string {
  return `mailspec-target/${target}/${service.toLowerCase()}:latest`;
}

/** What would start a service again, more than once, where others reach it, or under a name that others use. */
const REMOVED = ['ports', 'container_name', 'restart', 'scale', 'pull_policy'];
const REMOVED_OF_DEPLOY = ['replicas', 'restart_policy', 'mode'];

function prepareService(
  project: Project,
  name: string,
  service: Mapping,
  { target, labels, imageLabels, ports, resolver }: Surroundings,
  built: ReadonlyMap<string, string>,
): void {
  const { document } = project;
  const at = ['services', name];
  for (const key of REMOVED) remove(document, [...at, key]);
  for (const key of REMOVED_OF_DEPLOY) remove(document, [...at, 'deploy', key]);
  document.setIn([...at, 'restart'], quoted('no'));
  addLabels(document, at, labels);
  if (service.build !== undefined) {
    document.setIn([...at, 'image'], quoted(imageName(target, name)));
    addLabels(document, [...at, 'build'], imageLabels);
  } else if (typeof service.image === 'string' && built.has(service.image)) {
    document.setIn([...at, 'image'], quoted(built.get(service.image) ?? ''));
  }
  const published = ports.get(name) ?? [];
  if (published.length > 0) {
    document.setIn(
      [...at, 'ports'],
      document.createNode(published.map((port) => quoted(`127.0.0.1::${port}`))),
    );
  }
  if (service.network_mode !== undefined) return;
  if (typeof service.container_name === 'string') addAlias(document, name, service, service.container_name);
  if (resolver !== undefined && !asksWithin(project, service)) {
    document.setIn([...at, 'dns'], document.createNode([quoted(resolver)]));
    document.setIn([...at, 'dns_opt'], document.createNode(['timeout:1', 'attempts:1'].map(quoted)));
  }
}

/** Others of the project may know a container by its own name, which it loses. */
function addAlias(document: Document, name: string, service: Mapping, alias: string): void {
  const networks = isMapping(service.networks) ? Object.keys(service.networks) : ['default'];
  for (const network of networks) {
    const at = ensureMapping(document, ['services', name, 'networks', network]);
    const aliases = document.getIn([...at, 'aliases']);
    if (isSeq(aliases)) aliases.add(quoted(alias));
    else document.setIn([...at, 'aliases'], document.createNode([quoted(alias)]));
  }
}

/** Whether a service asks a name server of the project itself, known by an address in one of its networks. */
function asksWithin({ networks }: Project, { dns }: Mapping): boolean {
  const own = new BlockList();
  for (const { ipam } of Object.values(networks)) {
    const ranges = isMapping(ipam) && Array.isArray(ipam.config) ? ipam.config : [];
    for (const range of ranges) {
      const [address = '', prefix] = isMapping(range) ? String(range.subnet).split('/') : [];
      if (isIP(address)) own.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    }
  }
  const asked = (Array.isArray(dns) ? dns : [dns]).filter((one) => typeof one === 'string');
  return (
    asked.length > 0 && asked.every((one) => isIP(one) && own.check(one, isIP(one) === 6 ? 'ipv6' : 'ipv4'))
  );
}

function prepareNetworks(
  { document, services, networks }: Project,
  { labels, resolver }: Surroundings,
): void {
  const needsDefault = Object.values(services).some(
    (service) => service.network_mode === undefined && !isMapping(service.networks),
  );
  for (const name of new Set([...Object.keys(networks), ...(needsDefault ? ['default'] : [])])) {
    const at = ensureMapping(document, ['networks', name]);
    // A network that others are in becomes one of the project, with nobody else in it.
    for (const key of ['name', 'external']) remove(document, [...at, key]);
    remove(document, [...at, 'driver_opts', 'com.docker.network.bridge.name']);
    addLabels(document, at, labels);
    // Closed, it gives no way out, so that the network of the lab does.
    if (resolver !== undefined) document.setIn([...at, 'internal'], plain('true'));
  }
}

function addLabels(
  document: Document,
  at: readonly string[],
  labels: Readonly<Record<string, string>>,
): void {
  const present = document.getIn([...at, 'labels']);
  if (isSeq(present)) {
    for (const [key, value] of Object.entries(labels)) present.add(quoted(`${key}=${value}`));
    return;
  }
  const mapping = ensureMapping(document, [...at, 'labels']);
  for (const [key, value] of Object.entries(labels)) document.setIn([...mapping, key], quoted(value));
}

function remove(document: Document, at: readonly string[]): void {
  if (document.hasIn(at)) document.deleteIn(at);
}

function ensureMapping(document: Document, at: readonly string[]): readonly string[] {
  if (!isMap(document.getIn(at))) document.setIn(at, document.createNode({}));
  return at;
}

/** Text that no reader of YAML takes for anything else; a dollar sign is doubled, as compose demands. */
function quoted(text: string): Scalar {
  const scalar = new Scalar(text.replaceAll('$', '$$$$'));
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function plain(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.PLAIN;
  return scalar;
}

function sharesNetwork({ network_mode: mode }: Mapping): boolean {
  return typeof mode === 'string' && mode.startsWith('service:');
}

/** `true`, or a mapping with the name, as older files have it. */
function isExternal(external: unknown): boolean {
  return external === 'true' || isMapping(external);
}

function mappingsOf(value: unknown): Record<string, Mapping> {
  if (!isMapping(value)) return {};
  // What has no settings is empty, or a null that nothing has read as such.
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, isMapping(one) ? one : {}]));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
