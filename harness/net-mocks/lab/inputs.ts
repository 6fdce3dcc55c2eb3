import type { DnsQueryFilter } from '../dns/authority.ts';
import { parseName } from '../dns/names.ts';
import { parseType, typeName } from '../dns/types.ts';
import { parseIdentifier, parseIpAddress } from '../input/addresses.ts';
import {
  type Fields,
  fieldsOf,
  parseBoolean,
  parseInteger,
  parseMilliseconds,
  parseString,
} from '../input/parse.ts';
import type { WaitOptions } from '../journal/journal.ts';
import type { ProxyFilter } from '../mitm/record.ts';
import type { MessageFilter, SessionFilter } from '../smtp/capture.ts';
import type { RequestFilter } from '../web/server.ts';
import type { RelayFilter } from './lab.ts';

/** Parsers for the arguments of the lab's methods: a filter beside a cursor, and a deadline where one waits. */

type ReadFilter<F> = (fields: Fields) => F;

const parseCursor = parseInteger(0, Number.MAX_SAFE_INTEGER);

export function readPage<F>(input: unknown, readFilter: ReadFilter<F>): { since: number; filter: F } {
  const fields = fieldsOf(input ?? {}, '');
  const since = fields.withDefault('since', parseCursor, 1);
  const filter = readFilter(fields);
  fields.end();
  return { since, filter };
}

export function readWait<F>(
  input: unknown,
  signal: AbortSignal | undefined,
  readFilter: ReadFilter<F>,
): { filter: F; options: WaitOptions } {
  const fields = fieldsOf(input ?? {}, '');
  const options = {
    since: fields.withDefault('since', parseCursor, 1),
    deadlineMs: fields.required('deadlineMs', parseMilliseconds),
    signal,
  };
  const filter = readFilter(fields);
  fields.end();
  return { filter, options };
}

/** Leaves out what is undefined, as the optional fields of a filter want it. */
function given<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

export const queryFilter: ReadFilter<DnsQueryFilter> = (fields) => {
  const type = fields.optional('type', parseType);
  return given<DnsQueryFilter>({
    name: fields.optional('name', parseName),
    below: fields.optional('below', parseBoolean),
    type: type === undefined ? undefined : typeName(type),
  });
};

export const messageFilter: ReadFilter<MessageFilter> = (fields) =>
  given<MessageFilter>({
    server: fields.optional('server', parseIdentifier),
    recipient: fields.optional('recipient', parseString),
    sender: fields.optional('sender', parseString),
    accepted: fields.optional('accepted', parseBoolean),
  });

export const sessionFilter: ReadFilter<SessionFilter> = (fields) =>
  given<SessionFilter>({
    server: fields.optional('server', parseIdentifier),
    client: fields.optional('client', parseIpAddress),
    ended: fields.optional('ended', parseBoolean),
    mentions: fields.optional('mentions', parseString),
  });

export const proxyFilter: ReadFilter<ProxyFilter> = (fields) =>
  given<ProxyFilter>({
    proxy: fields.optional('proxy', parseIdentifier),
    ended: fields.optional('ended', parseBoolean),
  });

export const requestFilter: ReadFilter<RequestFilter> = (fields) =>
  given<RequestFilter>({
    host: fields.optional('host', parseName),
    path: fields.optional('path', parseString),
    failed: fields.optional('failed', parseBoolean),
  });

export const relayFilter: ReadFilter<RelayFilter> = (fields) =>
  given<RelayFilter>({
    relay: fields.optional('relay', parseIdentifier),
    closed: fields.optional('closed', parseBoolean),
  });
