import type { DnsServerSettings } from '../dns/server.ts';
import { parseIpAddress } from '../input/addresses.ts';
import { type Fields, fieldsOf, type Parse, parseBoolean, parseList, parsePort } from '../input/parse.ts';
import { type ProxyOptions, type ProxySettings, parseProxy } from '../mitm/options.ts';
import { parseRelay, type RelayOptions, type RelaySettings } from '../relay/server.ts';
import { parseSmtpServer, type SmtpServerOptions, type SmtpServerSettings } from '../smtp/options.ts';
import type { Endpoint } from '../wire/listen.ts';

/** What a lab has from the start. Everything listens on loopback with free ports unless told otherwise. */
export interface LabOptions {
  dns?: {
    address?: string;
    port?: number;
    /** False: UDP only. */
    tcp?: boolean;
  };
  web?: { address?: string; port?: number };
  smtp?: SmtpServerOptions[];
  mitm?: ProxyOptions[];
  relays?: RelayOptions[];
}

export interface LabSettings {
  dns: DnsServerSettings;
  web: Endpoint;
  smtp: SmtpServerSettings[];
  mitm: ProxySettings[];
  relays: RelaySettings[];
}

const LOOPBACK = '127.0.0.1';

const parseDns: Parse<DnsServerSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const settings = {
    address: fields.withDefault('address', parseIpAddress, LOOPBACK),
    port: fields.withDefault('port', parsePort, 0),
    tcp: fields.withDefault('tcp', parseBoolean, true),
  };
  fields.end();
  return settings;
};

export const parseEndpoint: Parse<Endpoint> = (value, path) => {
  const fields = fieldsOf(value, path);
  const endpoint = {
    address: fields.withDefault('address', parseIpAddress, LOOPBACK),
    port: fields.withDefault('port', parsePort, 0),
  };
  fields.end();
  return endpoint;
};

/** Reads the options from an object that may have other fields beside them. */
export function labFields(fields: Fields): LabSettings {
  return {
    dns: fields.withDefault('dns', parseDns, { address: LOOPBACK, port: 0, tcp: true }),
    web: fields.withDefault('web', parseEndpoint, { address: LOOPBACK, port: 0 }),
    smtp: fields.withDefault('smtp', parseList(parseSmtpServer), []),
    mitm: fields.withDefault('mitm', parseList(parseProxy), []),
    relays: fields.withDefault('relays', parseList(parseRelay), []),
  };
}

export const parseLabOptions: Parse<LabSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const settings = labFields(fields);
  fields.end();
  return settings;
};
