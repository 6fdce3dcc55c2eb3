import { line } from '../../wire/bytes.ts';
import type { ImapClient, ImapReply } from '../imap.ts';
import type { Pop3Client, Pop3Reply } from '../pop3.ts';
import { takesCredentials } from '../pop3-reply.ts';
import type { SmtpClient } from '../smtp.ts';
import type { SmtpReply } from '../smtp-reply.ts';
import { exchange, type SaslOptions, type SaslResult } from './exchange.ts';
import type { SaslMechanism } from './mechanism.ts';

/** What is awaited, without a word of what was sent: that may be a secret. */
const AWAITED = 'the reply to a SASL message';

function command(verb: string, mechanism: string, initialResponse: string | undefined): string {
  return [verb, mechanism, ...(initialResponse === undefined ? [] : [initialResponse])].join(' ');
}

/**
 * SMTP AUTH (RFC 4954 §4).
 * @throws Malformed
 */
export function authenticateSmtp(
  client: SmtpClient,
  mechanism: SaslMechanism,
  { initialResponse = mechanism.clientFirst, withinMs }: SaslOptions = {},
): Promise<SaslResult<SmtpReply>> {
  return exchange(
    {
      begin: (name, initial, secrets) => client.raw(line(command('AUTH', name, initial)), secrets),
      send: (text, secrets) => client.raw(line(text), secrets),
      reply: () => client.reply(AWAITED, withinMs),
      challenge: (reply) => (reply.code === 334 ? (reply.lines[0] ?? '') : undefined),
      accepted: (reply) => reply.code === 235,
    },
    mechanism,
    initialResponse,
  );
}

/**
 * POP3 AUTH (RFC 5034 §4).
 * @throws Malformed
 */
export function authenticatePop3(
  client: Pop3Client,
  mechanism: SaslMechanism,
  { initialResponse = mechanism.clientFirst, withinMs }: SaslOptions = {},
): Promise<SaslResult<Pop3Reply>> {
  return exchange(
    {
      begin: (name, initial, secrets) => client.raw(line(command('AUTH', name, initial)), secrets),
      send: (text, secrets) => client.raw(line(text), secrets),
      reply: () => client.reply(AWAITED, withinMs),
      challenge: (reply) => (reply.status === '+' ? reply.rest : undefined),
      accepted: (reply) => takesCredentials(reply),
    },
    mechanism,
    initialResponse,
  );
}

/**
 * IMAP AUTHENTICATE (RFC 9051 §6.2.2). An initial response goes with the command where the server
 * announced SASL-IR (RFC 4959) or IMAP4rev2, or where the options demand it.
 * @throws Malformed
 */
export function authenticateImap(
  client: ImapClient,
  mechanism: SaslMechanism,
  { initialResponse = mechanism.clientFirst && allowsInitialResponse(client), withinMs }: SaslOptions = {},
): Promise<SaslResult<ImapReply>> {
  let tag = '';
  return exchange(
    {
      begin(name, initial, secrets) {
        tag = client.send(command('AUTHENTICATE', name, initial), { secrets });
      },
      send: (text, secrets) => client.raw(line(text), secrets),
      reply: () => client.reply(tag, AWAITED, withinMs),
      challenge: (reply) => (reply.status === '+' ? reply.message : undefined),
      accepted: (reply) => reply.status === 'OK',
    },
    mechanism,
    initialResponse,
  );
}

function allowsInitialResponse({ capabilities }: ImapClient): boolean {
  return capabilities !== undefined && (capabilities.has('SASL-IR') || capabilities.has('IMAP4REV2'));
}
