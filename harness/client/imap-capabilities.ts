import type { ImapResponse } from './imap-response.ts';
import { imapText } from './imap-values.ts';

/** The capabilities that a response announces, upper case; undefined where it announces none. */
export function announcedCapabilities(response: ImapResponse): ReadonlySet<string> | undefined {
  if (response.kind === 'continuation') return undefined;
  if (response.kind === 'untagged' && response.label === 'CAPABILITY' && response.values) {
    return new Set(response.values.flatMap((value) => imapText(value)?.toUpperCase() ?? []));
  }
  if (response.code !== 'CAPABILITY') return undefined;
  return new Set(
    response.codeArguments
      .toUpperCase()
      .split(' ')
      .filter((word) => word !== ''),
  );
}

/** SASL mechanisms of the `AUTH=` capabilities, in order of announcement (RFC 9051 §7.2.2). */
export function imapMechanisms(capabilities: ReadonlySet<string> | undefined): readonly string[] {
  return [...(capabilities ?? [])].flatMap((name) => (name.startsWith('AUTH=') ? name.slice(5) : []));
}
