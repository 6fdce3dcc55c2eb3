import { type Bytes, parseBytes } from '../input/bytes.ts';
import { fieldsOf, type Parse, parseBoolean, parseOneOf } from '../input/parse.ts';

/** What the man in the middle does to a connection. "Upgrade" is STARTTLS, in POP3 STLS. */
export type ProxyMode =
  /** Octets pass in both directions. */
  | { kind: 'pass' }
  /** The upgrade is missing from what the server lists; the command itself is spoilt on its way. */
  | { kind: 'strip-capability' }
  /** The same with the keyword overwritten, as some firewalls do: XXXXXXXA. */
  | { kind: 'overwrite-capability' }
  /** The command is answered here: 454, -ERR or NO. The server never sees it. */
  | { kind: 'refuse-upgrade' }
  /** Adds plaintext around the upgrade. */
  | { kind: 'inject'; where: InjectionPoint; bytes: Bytes }
  /** TLS ends here, with a certificate of the proxy; the server is spoken to in plaintext. */
  | { kind: 'terminate-tls'; implicit?: boolean }
  /** Both connections are reset at a point of the conversation. */
  | { kind: 'reset'; at: ResetPoint };

export type InjectionPoint =
  /** To the server, in the same segment in front of the command. Replies to it are kept from the client. */
  | 'before-upgrade-command'
  /** To the server, in the same segment after the command. */
  | 'after-upgrade-command'
  /** To the server, after its go-ahead and before any octet of the client's handshake. */
  | 'after-go-ahead'
  /** To the client, in the same segment as the go-ahead. */
  | 'with-go-ahead';

export type ResetPoint =
  /** Before the server is contacted. */
  | 'connect'
  | 'greeting'
  /** When the list of capabilities arrives. */
  | 'capabilities'
  | 'upgrade-command'
  | 'go-ahead'
  | 'client-hello';

const KINDS = [
  'pass',
  'strip-capability',
  'overwrite-capability',
  'refuse-upgrade',
  'inject',
  'terminate-tls',
  'reset',
] as const satisfies readonly ProxyMode['kind'][];

const INJECTION_POINTS = [
  'before-upgrade-command',
  'after-upgrade-command',
  'after-go-ahead',
  'with-go-ahead',
] as const satisfies readonly InjectionPoint[];

const RESET_POINTS = [
  'connect',
  'greeting',
  'capabilities',
  'upgrade-command',
  'go-ahead',
  'client-hello',
] as const satisfies readonly ResetPoint[];

export type ModeSettings =
  | { kind: 'pass' | 'strip-capability' | 'overwrite-capability' | 'refuse-upgrade' }
  | { kind: 'inject'; where: InjectionPoint; bytes: Buffer }
  | { kind: 'terminate-tls'; implicit: boolean }
  | { kind: 'reset'; at: ResetPoint };

export const parseMode: Parse<ModeSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const kind = fields.required('kind', parseOneOf(KINDS));
  const mode = ((): ModeSettings => {
    switch (kind) {
      case 'inject':
        return {
          kind,
          where: fields.required('where', parseOneOf(INJECTION_POINTS)),
          bytes: fields.required('bytes', parseBytes),
        };
      case 'terminate-tls':
        return { kind, implicit: fields.withDefault('implicit', parseBoolean, false) };
      case 'reset':
        return { kind, at: fields.required('at', parseOneOf(RESET_POINTS)) };
      default:
        return { kind };
    }
  })();
  fields.end();
  return mode;
};
