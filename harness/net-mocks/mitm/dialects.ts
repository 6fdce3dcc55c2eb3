import type { Span } from '../wire/credentials.ts';
import { CRLF } from '../wire/crlf.ts';

export type Protocol = 'smtp' | 'pop3' | 'imap';

/**
 * What the proxy has to understand of a protocol. Lines are given as Latin-1 text without their ending, so
 * that every octet keeps its place.
 */
export interface Dialect {
  /** The word that is listed and sent. */
  readonly keyword: string;
  isUpgradeCommand(line: string): boolean;
  isCapabilityCommand(line: string): boolean;
  /** The tag of an IMAP command; empty elsewhere. */
  tagOf(line: string): string;
  refusal(tag: string): Buffer;
  goAhead(tag: string): Buffer;
  /** Whether a line ends the reply to a command. */
  endsReply(line: string, tag: string): boolean;
  /** Whether a reply (its last line) allows the upgrade. */
  allowsUpgrade(line: string): boolean;
  /** Where secrets stand in one or many client lines. */
  secretsIn(lines: string): Span[];
  /** Whether the client's following lines are secrets, until `endsExchange`. */
  beginsExchange(line: string): boolean;
  endsExchange(line: string): boolean;
}

function spansOf(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const span = match.indices?.[1];
    return span === undefined ? [] : [{ from: span[0], to: span[1] }];
  });
}

const bytes = (line: string): Buffer => Buffer.from(`${line}${CRLF}`, 'latin1');

const smtp: Dialect = {
  keyword: 'STARTTLS',
  isUpgradeCommand: (line) => /^STARTTLS\b/i.test(line),
  isCapabilityCommand: (line) => /^EHLO\b/i.test(line),
  tagOf: () => '',
  refusal: () => bytes('454 4.7.0 TLS not available'),
  goAhead: () => bytes('220 2.0.0 Ready to start TLS'),
  endsReply: (line) => /^\d{3}(?: |$)/.test(line),
  allowsUpgrade: (line) => line.startsWith('220'),
  secretsIn: (text) => spansOf(text, /(?:^|\n)[ \t]*AUTH[ \t]+[^ \t\r\n]+[ \t]+([^\r\n]+)/dgi),
  beginsExchange: (line) => /^AUTH\b/i.test(line),
  endsExchange: (line) => /^\d{3}(?: |$)/.test(line) && !line.startsWith('334'),
};

const pop3: Dialect = {
  keyword: 'STLS',
  isUpgradeCommand: (line) => /^STLS\b/i.test(line),
  isCapabilityCommand: (line) => /^CAPA\b/i.test(line),
  tagOf: () => '',
  refusal: () => bytes('-ERR TLS not available'),
  goAhead: () => bytes('+OK begin TLS'),
  endsReply: (line) => /^(?:\+OK|-ERR)/.test(line),
  allowsUpgrade: (line) => line.startsWith('+OK'),
  secretsIn: (text) =>
    spansOf(text, /(?:^|\n)(?:PASS|APOP[ \t]+[^ \t\r\n]+|AUTH[ \t]+[^ \t\r\n]+)[ \t]+([^\r\n]+)/dgi),
  beginsExchange: (line) => /^AUTH\b/i.test(line),
  endsExchange: (line) => /^(?:\+OK|-ERR)/.test(line),
};

const imap: Dialect = {
  keyword: 'STARTTLS',
  isUpgradeCommand: (line) => /^[^ ]+ STARTTLS\b/i.test(line),
  isCapabilityCommand: (line) => /^[^ ]+ CAPABILITY\b/i.test(line),
  tagOf: (line) => /^[^ ]+/.exec(line)?.[0] ?? '',
  refusal: (tag) => bytes(`${tag} NO TLS not available`),
  goAhead: (tag) => bytes(`${tag} OK begin TLS`),
  endsReply: (line, tag) => line.startsWith(`${tag} `),
  allowsUpgrade: (line) => /^[^ ]+ OK\b/i.test(line),
  secretsIn: (text) =>
    spansOf(text, /(?:^|\n)[^ \r\n]+ (?:LOGIN|AUTHENTICATE[ \t]+[^ \t\r\n]+)[ \t]+([^\r\n]+)/dgi),
  // LOGIN with literals sends its arguments in later lines.
  beginsExchange: (line) => /^[^ ]+ (?:AUTHENTICATE\b|LOGIN\b.*\{\d+\+?\}$)/i.test(line),
  endsExchange: (line) => !/^[+*]/.test(line),
};

export const DIALECTS: Record<Protocol, Dialect> = { smtp, pop3, imap };

/** The octets that follow a line as a literal (RFC 9051 4.3), and whether the client waits before them. */
export function literalAfter(protocol: Protocol, line: string): { octets: number; waits: boolean } | null {
  const match = protocol === 'imap' ? /\{(\d{1,9})(\+?)\}$/.exec(line) : null;
  return match === null ? null : { octets: Number(match[1]), waits: match[2] === '' };
}

/** The octets that follow a BDAT command (RFC 3030 2). */
export function chunkAfter(protocol: Protocol, line: string): number {
  return protocol === 'smtp' ? Number(/^BDAT[ \t]+(\d{1,9})/i.exec(line)?.[1] ?? 0) : 0;
}

/** How some firewalls overwrite a word: as long as it was, with an A at the end. */
export function overwritten(word: string): string {
  return `${'X'.repeat(word.length - 1)}A`;
}
