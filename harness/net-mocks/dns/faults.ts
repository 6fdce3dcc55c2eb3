import { parseIdentifier } from '../input/addresses.ts';
import {
  fieldsOf,
  type Parse,
  parseBoolean,
  parseInteger,
  parseMilliseconds,
  parseOneOf,
} from '../input/parse.ts';
import { isAtOrBelow, keyOf, parseName } from './names.ts';
import { parseType } from './types.ts';

/** What a DNS server can do wrong for one name. */
export type DnsEffect =
  /** Response code 2, 5, 1, 4, 3. */
  | 'servfail'
  | 'refused'
  | 'formerr'
  | 'notimp'
  | 'nxdomain'
  /** The name exists, without records of the type. */
  | 'nodata'
  /** No answer: the client runs into its own timeout. */
  | 'drop'
  /** TCP: the connection is reset; UDP: no answer. */
  | 'reset'
  /** UDP: an empty answer with TC set; TCP: see `tcp`. */
  | 'truncate'
  /** An ordinary answer, late by `delayMs`. */
  | 'delay'
  /** An ordinary answer with another ID. */
  | 'wrong-id'
  /** Octets that are not a DNS message. */
  | 'garbage';

const EFFECTS = [
  'servfail',
  'refused',
  'formerr',
  'notimp',
  'nxdomain',
  'nodata',
  'drop',
  'reset',
  'truncate',
  'delay',
  'wrong-id',
  'garbage',
] as const satisfies readonly DnsEffect[];

export interface DnsFault {
  /** By which it can be cleared; made up when absent. Setting the same id again replaces the fault. */
  id?: string;
  name: string;
  /** Every type when absent. */
  type?: string;
  /** Also names below `name`. */
  subtree?: boolean;
  /** Only queries over this transport. */
  transport?: 'udp' | 'tcp';
  effect: DnsEffect;
  /** For `truncate`: what a client meets that comes back over TCP. `works` when absent. */
  tcp?: 'works' | 'drop' | 'reset';
  /** Waits before the effect. Milliseconds. */
  delayMs?: number;
  /** How many queries are hit before the fault is spent, over UDP and TCP together; unlimited when absent. */
  times?: number;
}

export interface ActiveFault {
  id: string;
  key: string;
  type: number | undefined;
  subtree: boolean;
  transport: 'udp' | 'tcp' | undefined;
  effect: DnsEffect;
  tcp: 'works' | 'drop' | 'reset';
  delayMs: number;
  remaining: number;
}

export const parseFault: Parse<Omit<ActiveFault, 'id'> & { id: string | undefined }> = (value, path) => {
  const fields = fieldsOf(value, path);
  const fault = {
    id: fields.optional('id', parseIdentifier),
    key: keyOf(fields.required('name', parseName)),
    type: fields.optional('type', parseType),
    subtree: fields.withDefault('subtree', parseBoolean, false),
    transport: fields.optional('transport', parseOneOf(['udp', 'tcp'])),
    effect: fields.required('effect', parseOneOf(EFFECTS)),
    tcp: fields.withDefault('tcp', parseOneOf(['works', 'drop', 'reset']), 'works' as const),
    delayMs: fields.withDefault('delayMs', parseMilliseconds, 0),
    remaining: fields.withDefault('times', parseInteger(1, 1_000_000), Number.POSITIVE_INFINITY),
  };
  fields.end();
  return fault;
};

export interface FaultList {
  /** Returns the id. */
  set(fault: ReturnType<typeof parseFault>): string;
  clear(id: string): boolean;
  clearAll(): void;
  /** The fault for a query, counted as used; the one set last wins. */
  take(key: string, type: number, transport: 'udp' | 'tcp'): ActiveFault | undefined;
}

export function createFaultList(): FaultList {
  let faults: ActiveFault[] = [];
  let made = 0;
  return {
    set(fault) {
      made += 1;
      const id = fault.id ?? `fault-${made}`;
      faults = [{ ...fault, id }, ...faults.filter((other) => other.id !== id)];
      return id;
    },
    clear(id) {
      const before = faults.length;
      faults = faults.filter((fault) => fault.id !== id);
      return faults.length < before;
    },
    clearAll() {
      faults = [];
    },
    take(key, type, transport) {
      const fault = faults.find(
        (candidate) =>
          candidate.remaining > 0 &&
          (candidate.subtree ? isAtOrBelow(key, candidate.key) : key === candidate.key) &&
          (candidate.type === undefined || candidate.type === type) &&
          (candidate.transport === undefined || candidate.transport === transport) &&
          !(candidate.effect === 'truncate' && transport === 'tcp' && candidate.tcp === 'works'),
      );
      if (fault !== undefined) fault.remaining -= 1;
      return fault;
    },
  };
}
