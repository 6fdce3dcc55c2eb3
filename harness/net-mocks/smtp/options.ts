import { parseName } from '../dns/names.ts';
import { parseIdentifier, parseIpAddress } from '../input/addresses.ts';
import {
  fieldsOf,
  InputError,
  type Parse,
  parseBoolean,
  parseInteger,
  parseList,
  parseOneOf,
  parsePort,
  parseString,
} from '../input/parse.ts';
import { type TlsOptions, type TlsSettings, tlsFields } from '../wire/tls-options.ts';
import { parseScript, type RuleSettings, type SmtpRule } from './rules.ts';

/** A receiving SMTP server. Without rules it behaves well and accepts everything. */
export interface SmtpServerOptions {
  /** By which tests address it. */
  name: string;
  /** 127.0.0.1 when absent. */
  address?: string;
  /** Any free one when absent or 0. */
  port?: number;
  /** As it calls itself in greeting and EHLO; `mx.test` when absent. */
  hostname?: string;
  /** No TLS at all when absent. */
  tls?: TlsOptions & {
    /** `starttls` when absent. `implicit` speaks TLS from the first octet (RFC 8314). */
    mode?: 'starttls' | 'implicit';
  };
  /**
   * EHLO keyword lines before and inside TLS. A command is known only where its extension is listed:
   * STARTTLS, CHUNKING (BDAT), AUTH; MAIL and RCPT parameters likewise.
   */
  extensions?: { plain?: string[]; tls?: string[] };
  script?: SmtpRule[];
  /**
   * MAIL is refused before AUTH PLAIN or LOGIN with these (RFC 4954). AUTH is listed inside TLS, and in the clear only
   * where there is no TLS. Without it any credentials will do.
   */
  login?: { user: string; password: string };
  /**
   * A relay host: it takes mail for others. What it is given for a domain counts as come to the server here that the
   * DNS names for it, and it answers RCPT and the end of data by the rules of that server.
   */
  relayHost?: boolean;
  /** Keeps identities and secrets of AUTH; otherwise only their lengths are recorded. */
  keepCredentials?: boolean;
  /** A connection without an octet for this time is closed; five minutes when absent. */
  idleMs?: number;
}

export interface SmtpServerSettings {
  name: string;
  address: string;
  port: number;
  hostname: string;
  tls: (TlsSettings & { mode: 'starttls' | 'implicit' }) | undefined;
  extensions: { plain: string[]; tls: string[] };
  script: RuleSettings[];
  login: { user: string; password: string } | undefined;
  relayHost: boolean;
  keepCredentials: boolean;
  idleMs: number;
}

const ORDINARY_EXTENSIONS = [
  'PIPELINING',
  'SIZE 33554432',
  '8BITMIME',
  'SMTPUTF8',
  'CHUNKING',
  'DSN',
  'ENHANCEDSTATUSCODES',
];

const parseKeywordLine: Parse<string> = (value, path) => {
  const line = parseString(value, path);
  if (/[\r\n]/.test(line)) throw new InputError(path, 'an EHLO keyword line cannot hold line breaks');
  return line;
};

export const parseSmtpServer: Parse<SmtpServerSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const hostname = fields.withDefault('hostname', parseName, 'mx.test');
  const tls = fields.optional('tls', (content, at) => {
    const inner = fieldsOf(content, at);
    const mode = inner.withDefault('mode', parseOneOf(['starttls', 'implicit']), 'starttls' as const);
    const settings = { mode, ...tlsFields(inner, [hostname]) };
    inner.end();
    return settings;
  });
  const login = fields.optional('login', (content, at) => {
    const inner = fieldsOf(content, at);
    const credentials = {
      user: inner.required('user', parseString),
      password: inner.required('password', parseString),
    };
    inner.end();
    return credentials;
  });
  const offers = login === undefined ? [] : ['AUTH PLAIN LOGIN'];
  const inside = [...ORDINARY_EXTENSIONS, ...offers];
  const plain = tls?.mode === 'starttls' ? [...ORDINARY_EXTENSIONS, 'STARTTLS'] : inside;
  const settings: SmtpServerSettings = {
    name: fields.required('name', parseIdentifier),
    address: fields.withDefault('address', parseIpAddress, '127.0.0.1'),
    port: fields.withDefault('port', parsePort, 0),
    hostname,
    tls,
    extensions: fields.withDefault(
      'extensions',
      (content, at) => {
        const inner = fieldsOf(content, at);
        const lists = {
          plain: inner.withDefault('plain', parseList(parseKeywordLine), plain),
          tls: inner.withDefault('tls', parseList(parseKeywordLine), inside),
        };
        inner.end();
        return lists;
      },
      { plain, tls: inside },
    ),
    script: fields.withDefault('script', parseScript, []),
    login,
    relayHost: fields.withDefault('relayHost', parseBoolean, false),
    keepCredentials: fields.withDefault('keepCredentials', parseBoolean, false),
    idleMs: fields.withDefault('idleMs', parseInteger(100, 3_600_000), 300_000),
  };
  fields.end();
  return settings;
};
