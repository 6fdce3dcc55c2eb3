import { parseIdentifier, parseIpAddress } from '../input/addresses.ts';
import { fieldsOf, type Parse, parseInteger, parseOneOf, parsePort } from '../input/parse.ts';
import type { Endpoint } from '../wire/listen.ts';
import { parseTlsOptions, type TlsOptions, type TlsSettings } from '../wire/tls-options.ts';
import type { Protocol } from './dialects.ts';
import { type ModeSettings, type ProxyMode, parseMode } from './modes.ts';

/** A man in the middle: clients connect to it instead of to the server. */
export interface ProxyOptions {
  name: string;
  /** 127.0.0.1 when absent. */
  address?: string;
  port?: number;
  protocol: Protocol;
  /** The real server. */
  upstream: Endpoint;
  /** The address from which the real server is contacted. */
  sourceAddress?: string;
  /** `pass` when absent. */
  mode?: ProxyMode;
  /** How the proxy itself speaks TLS in the mode `terminate-tls`; a good certificate for `mx.test` when absent. */
  tls?: TlsOptions;
  idleMs?: number;
}

export interface ProxySettings {
  name: string;
  address: string;
  port: number;
  protocol: Protocol;
  upstream: Endpoint;
  sourceAddress: string | undefined;
  mode: ModeSettings;
  tls: TlsSettings;
  idleMs: number;
}

const parseUpstream: Parse<Endpoint> = (value, path) => {
  const fields = fieldsOf(value, path);
  const endpoint = {
    address: fields.required('address', parseIpAddress),
    port: fields.required('port', parseInteger(1, 65535)),
  };
  fields.end();
  return endpoint;
};

export const parseProxy: Parse<ProxySettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const parseTls = parseTlsOptions(['mx.test']);
  const settings: ProxySettings = {
    name: fields.required('name', parseIdentifier),
    address: fields.withDefault('address', parseIpAddress, '127.0.0.1'),
    port: fields.withDefault('port', parsePort, 0),
    protocol: fields.required('protocol', parseOneOf(['smtp', 'pop3', 'imap'])),
    upstream: fields.required('upstream', parseUpstream),
    sourceAddress: fields.optional('sourceAddress', parseIpAddress),
    mode: fields.withDefault('mode', parseMode, { kind: 'pass' as const }),
    tls: fields.optional('tls', parseTls) ?? parseTls({}, `${path}.tls`),
    idleMs: fields.withDefault('idleMs', parseInteger(100, 3_600_000), 300_000),
  };
  fields.end();
  return settings;
};
