import { type Method, methodsOf } from '../control/methods.ts';
import { isAtOrBelow, keyOf } from '../dns/names.ts';
import { InputError } from '../input/parse.ts';
import type { OpenLabSettings } from './options.ts';
import type { RunLab } from './run-lab.ts';

/**
 * What a run may do with its lab. It says so by the same methods as anybody with a lab of his own; what would touch
 * others is refused with a sentence: names of others, addresses and ports that are not for runs, connections elsewhere.
 */
export function permittedMethods(run: RunLab, settings: OpenLabSettings): ReadonlyMap<string, Method> {
  const { addresses, ports, limits } = settings;
  const { lab, zone, proxyPorts } = run;
  const counts = new Map<string, Set<string>>();

  const own = (name: unknown, path: string): void => {
    if (typeof name === 'string' && isAtOrBelow(keyOf(name.replace(/\.$/, '')), zone)) return;
    throw new InputError(path, `expected a name in ${zone}, which is what this run has`);
  };
  const ownOrNobodys = (name: unknown, path: string): void => {
    if (typeof name === 'string' && /(^|\.)(invalid|test|example)$/i.test(name)) return;
    own(name, path);
  };
  const certificateOf = (value: unknown, path: string): void => {
    for (const [index, name] of listIn(value, 'names').entries())
      ownOrNobodys(name, `${path}.names[${index}]`);
  };
  const tlsOf = (value: unknown, path: string): void => {
    const certificate = fieldOf(fieldOf(value, 'tls'), 'certificate');
    if (certificate !== undefined) certificateOf(certificate, `${path}.tls.certificate`);
  };
  /** Counts what is there by its name. */
  const count = (kind: string, names: readonly unknown[]): void => {
    const present = counts.get(kind) ?? new Set();
    counts.set(kind, present);
    const more = names.filter((name) => typeof name === 'string' && !present.has(keyOf(name)));
    if (present.size + more.length > limits.published)
      throw new InputError(kind, `a run may have ${limits.published} of these`);
    for (const name of more) present.add(keyOf(String(name)));
  };
  const uncount = (kind: string, names: readonly unknown[]): void => {
    for (const name of names) counts.get(kind)?.delete(keyOf(String(name)));
  };
  const each = (input: unknown, list: string, name: string): unknown[] =>
    listIn(input, list).map((one) => fieldOf(one, name));

  const before: Record<string, (input: unknown) => void> = {
    '/dns/publish'(input) {
      const origins = each(input, 'zones', 'origin');
      for (const [index, origin] of origins.entries()) {
        own(origin, `zones[${index}].origin`);
        if (typeof origin === 'string' && keyOf(origin.replace(/\.$/, '')) === zone)
          throw new InputError(
            `zones[${index}].origin`,
            'is the zone of the run itself, which stays as it is',
          );
      }
      count('zones', origins);
    },
    '/dns/withdraw'(input) {
      const origins = listIn(input, 'origins');
      for (const [index, origin] of origins.entries()) {
        own(origin, `origins[${index}]`);
        if (typeof origin === 'string' && keyOf(origin.replace(/\.$/, '')) === zone)
          throw new InputError(`origins[${index}]`, 'is the zone of the run itself, which stays as it is');
      }
      uncount('zones', origins);
    },
    '/dns/setFaults'(input) {
      const names = each(input, 'faults', 'name');
      for (const [index, name] of names.entries()) own(name, `faults[${index}].name`);
      count('faults', names);
    },
    '/web/publish'(input) {
      const hosts = each(input, 'hosts', 'host');
      for (const [index, host] of hosts.entries()) {
        own(host, `hosts[${index}].host`);
        certificateOf(fieldOf(listIn(input, 'hosts')[index], 'certificate'), `hosts[${index}].certificate`);
      }
      count('hosts', hosts);
    },
    '/web/withdraw': (input) => uncount('hosts', listIn(input, 'hosts')),
    '/smtp/open'(input) {
      const address = fieldOf(input, 'address');
      if (!addresses.some((one) => one === address))
        throw new InputError('server.address', `expected one of ${addresses.join(', ')}`);
      if (fieldOf(input, 'port') !== ports.smtp)
        throw new InputError('server.port', `expected ${ports.smtp}, where mail is received here`);
      if (fieldOf(input, 'relayHost') !== undefined)
        throw new InputError('server.relayHost', 'a run has no relay host here');
      own(fieldOf(input, 'hostname'), 'server.hostname');
      tlsOf(input, 'server');
      count('servers', [fieldOf(input, 'name')]);
    },
    '/smtp/closeServer': (input) => uncount('servers', [fieldOf(input, 'name')]),
    '/mitm/open'(input) {
      if (fieldOf(input, 'address') !== '127.0.0.1' || (fieldOf(input, 'port') ?? 0) !== 0)
        throw new InputError('proxy.address', 'expected 127.0.0.1 and any free port');
      const upstream = fieldOf(input, 'upstream');
      const [address, port] = [fieldOf(upstream, 'address'), fieldOf(upstream, 'port')];
      if (!run.targets.some((target) => target.address === address && target.port === port))
        throw new InputError('proxy.upstream', 'expected a target that the run has declared');
      const from = fieldOf(input, 'sourceAddress');
      if (from !== undefined && !addresses.some((one) => one === from))
        throw new InputError('proxy.sourceAddress', `expected one of ${addresses.join(', ')}`);
      tlsOf(input, 'proxy');
      count('proxies', [fieldOf(input, 'name')]);
    },
    '/mitm/closeProxy'(input) {
      const name = fieldOf(input, 'name');
      uncount('proxies', [name]);
      proxyPorts.delete(String(name));
    },
    '/certificates/issue': (input) => certificateOf(input, 'certificate'),
  };
  const after: Record<string, (result: unknown) => void> = {
    '/mitm/open'(result) {
      const port = fieldOf(fieldOf(result, 'endpoint'), 'port');
      if (typeof port === 'number') proxyPorts.set(String(fieldOf(result, 'name')), port);
    },
  };

  const methods = new Map<string, Method>();
  for (const [path, method] of methodsOf(lab)) {
    // The relays of a run are the addresses of this machine, by CONNECT; its beginning is its end.
    if (path === '/reset' || path.startsWith('/relays/')) continue;
    methods.set(path, async (input, signal) => {
      before[path]?.(input);
      const result = await method(input, signal);
      after[path]?.(result);
      return result;
    });
  }
  return methods;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Nothing where there is no such list: what is wrong with it, the method itself says. */
function listIn(value: unknown, name: string): unknown[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : [];
}
