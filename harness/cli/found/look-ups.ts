import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';

/** What a name server said: records, or that there are none, or that it cannot tell. */
export type Looked<Found> =
  | { readonly kind: 'found'; readonly records: readonly Found[] }
  /** `exists`: the name is there, with other records. */
  | { readonly kind: 'none'; readonly exists: boolean }
  /** As `SERVFAIL`, `TIMEOUT`; nothing follows from it about the records. */
  | { readonly kind: 'failed'; readonly code: string };

/** An MX record (RFC 5321 §5.1); an empty exchange is the null MX (RFC 7505). */
export interface Exchange {
  readonly exchange: string;
  readonly preference: number;
}

/** An SRV record (RFC 2782); an empty target says that the service is not offered. */
export interface Service {
  readonly target: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** What is asked of the DNS to find the servers of a domain. */
export interface LookUps {
  mx(name: string): Promise<Looked<Exchange>>;
  srv(name: string): Promise<Looked<Service>>;
  /** IPv4 and IPv6 addresses, best first. */
  addresses(name: string): Promise<Looked<string>>;
}

/** Time for one question, in milliseconds, and how often it is asked. */
const PATIENCE = { timeout: 5_000, tries: 2 };

/** Codes of node:dns for a name that is not there, and for one that is, without such records. */
const NO_NAME = 'ENOTFOUND';
const NO_DATA = 'ENODATA';

/**
 * Look-ups by the resolver of the system, or by one that is named.
 * @param resolver `ADDRESS` or `ADDRESS:PORT`, IPv6 in brackets where a port follows; null: that of the system
 * @throws ConfigurationError for what is no address
 */
export function lookUpsBy(resolver: string | null): LookUps {
  const dns = new Resolver(PATIENCE);
  if (resolver !== null) {
    if (!isAddress(resolver))
      throw new ConfigurationError(
        `--resolver takes the address of a name server, with a port or without, such as 192.0.2.53 or [2001:db8::53]:53, not ${visible(resolver)}.`,
      );
    dns.setServers([resolver]);
  }
  const names = (name: string) => name.replace(/\.$/, '');
  return {
    mx: (name) =>
      looked(async () =>
        (await dns.resolveMx(name)).map(({ exchange, priority }) => ({
          exchange: names(exchange),
          preference: priority,
        })),
      ),
    srv: (name) =>
      looked(async () =>
        (await dns.resolveSrv(name)).map(({ name: target, port, priority, weight }) => ({
          target: names(target),
          port,
          priority,
          weight,
        })),
      ),
    addresses: async (name) =>
      // The system knows names that are in no DNS, such as those of its hosts file.
      resolver === null
        ? looked(async () => (await lookup(name, { all: true })).map(({ address }) => address))
        : bothFamilies(await looked(() => dns.resolve4(name)), await looked(() => dns.resolve6(name))),
  };
}

function bothFamilies(four: Looked<string>, six: Looked<string>): Looked<string> {
  const records = [four, six].flatMap((one) => (one.kind === 'found' ? one.records : []));
  if (records.length > 0) return { kind: 'found', records };
  return four.kind === 'failed' ? four : six;
}

async function looked<Found>(ask: () => Promise<readonly Found[]>): Promise<Looked<Found>> {
  try {
    const records = await ask();
    return records.length > 0 ? { kind: 'found', records } : { kind: 'none', exists: true };
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : 'unknown';
    if (code === NO_NAME || code === NO_DATA) return { kind: 'none', exists: code === NO_DATA };
    return { kind: 'failed', code: visible(code.replace(/^E/, '')) };
  }
}

function isAddress(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  return isIP(six ?? four ?? '') !== 0 && Number(port) >= 1 && Number(port) <= 65_535;
}
