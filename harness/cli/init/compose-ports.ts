import { networkedServices, type Project } from '../../targets/drivers/compose-project.ts';
import { roleOfPort } from '../look/look.ts';

/** A TCP port that the file says a service has. */
export interface ComposePort {
  readonly service: string;
  /** Inside the container. */
  readonly port: number;
  /** On the machine that runs the project; null where it is only exposed to the other services. */
  readonly published: number | null;
}

/** A range of ports is no mail server's; of a longer one only so many are looked at. */
const LONGEST_RANGE = 32;

/** The TCP ports of the services that have an address of their own, published ones first, as `config` resolved them. */
export function composePorts(project: Project): ComposePort[] {
  return networkedServices(project).flatMap((service) => {
    const { ports, expose } = project.services[service] ?? {};
    const published = listOf(ports).flatMap((entry) => portsOf(service, entry));
    const exposed = listOf(expose).flatMap((entry) =>
      rangeOf(withoutProtocol(String(entry))).map((port) => ({ service, port, published: null })),
    );
    return [...published, ...exposed.filter(({ port }) => !published.some((one) => one.port === port))];
  });
}

/**
 * Those of mail: the port under which others know it counts, else the one inside; each role once, published before
 * exposed.
 */
export function mailPorts(ports: readonly ComposePort[]): {
  readonly chosen: readonly ComposePort[];
  readonly others: readonly ComposePort[];
} {
  const known = [
    ...ports.filter((one) => one.published !== null),
    ...ports.filter((one) => one.published === null),
  ];
  const taken = new Set<string>();
  const chosen: ComposePort[] = [];
  const others: ComposePort[] = [];
  for (const one of known) {
    const role = roleByPorts(one);
    if (role === undefined) continue;
    (taken.has(role) ? others : chosen).push(one);
    taken.add(role);
  }
  return { chosen, others };
}

/** The role of a port by the number under which it is published, else by that inside. */
export function roleByPorts({ port, published }: ComposePort) {
  return (published === null ? undefined : roleOfPort(published)) ?? roleOfPort(port);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `25`, `2525:25`, `127.0.0.1:2525:25/tcp`, `[::1]:25:25`, or a mapping with `target`. */
function portsOf(service: string, entry: unknown): ComposePort[] {
  if (typeof entry === 'object' && entry !== null) {
    if (String(Reflect.get(entry, 'protocol') ?? 'tcp') !== 'tcp') return [];
    const [published] = rangeOf(String(Reflect.get(entry, 'published') ?? ''));
    return rangeOf(String(Reflect.get(entry, 'target') ?? '')).map((port) => ({
      service,
      port,
      // Published at a port that nobody chose: others reach it, and its number says nothing.
      published: published ?? port,
    }));
  }
  const parts = /^(?:(?:\[[^\]]*\]|[^:[\]]*):)??(?:([\d-]*):)?([\d-]+)$/.exec(withoutProtocol(String(entry)));
  if (!parts) return [];
  const inside = rangeOf(parts[2] ?? '');
  const outside = rangeOf(parts[1] ?? '');
  return inside.map((port, index) => ({ service, port, published: outside[index] ?? port }));
}

/** Empty for another protocol than TCP; a variable that nobody replaced stands for its default. */
function withoutProtocol(written: string): string {
  const replaced = written.replaceAll(/\$\{\w+:?-([^}]*)\}/g, '$1');
  const [port = '', protocol = 'tcp'] = replaced.trim().split('/');
  return protocol === 'tcp' ? port : '';
}

function rangeOf(written: string): number[] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(written) ?? [];
  if (from === undefined) return [];
  const first = Number(from);
  const length = Math.max(0, Math.min(LONGEST_RANGE, Number(to) - first + 1));
  return Array.from({ length }, (_, index) => first + index).filter((port) => port >= 1 && port <= 65_535);
}
