import { InputError } from '../input/parse.ts';
import type { Endpoint } from './listen.ts';

/** Something that listens, has a name and can be closed. */
export interface NamedServer {
  readonly name: string;
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

/** Servers of one kind under their names. */
export interface ServerSet<S extends NamedServer> {
  /** Starts a server unless the name is taken; `path` says where the name stood in the input. */
  open(name: string, path: string, start: () => Promise<S>): Promise<S>;
  /** Throws an InputError for a name that is not open. */
  get(name: string): S;
  close(name: string): Promise<void>;
  closeAll(): Promise<void>;
  list(): S[];
}

/** `kind` with its article, for sentences: "an SMTP server". */
export function createServerSet<S extends NamedServer>(kind: string): ServerSet<S> {
  const servers = new Map<string, S | symbol>();

  const list = (): S[] => [...servers.values()].filter((server) => typeof server !== 'symbol');
  const get = (name: string): S => {
    const server = servers.get(name);
    if (server === undefined || typeof server === 'symbol') {
      const names = list().map((open) => open.name);
      throw new InputError('name', `${kind} named ${name} is not open; open: ${names.join(', ') || 'none'}`);
    }
    return server;
  };

  return {
    async open(name, path, start) {
      if (servers.has(name))
        throw new InputError(path === '' ? 'name' : `${path}.name`, `${kind} named ${name} is already open`);
      const place = Symbol('starting');
      servers.set(name, place);
      const server = await start().catch((problem: unknown) => {
        if (servers.get(name) === place) servers.delete(name);
        throw problem;
      });
      if (servers.get(name) !== place) {
        await server.close();
        throw new InputError(path, `${kind} named ${name} was closed while it was starting`);
      }
      servers.set(name, server);
      return server;
    },
    get,
    async close(name) {
      const server = get(name);
      servers.delete(name);
      await server.close();
    },
    async closeAll() {
      const open = list();
      servers.clear();
      await Promise.all(open.map((server) => server.close()));
    },
    list,
  };
}
