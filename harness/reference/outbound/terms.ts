import type { SmtpCapabilities } from '../../client/smtp-capabilities.ts';
import type { FaultName } from '../../model/faults.ts';
import { splitMessage } from '../message/header.ts';
import type { RelayEnvelope } from '../options.ts';

/** How a message may be sent to a host, or why it may not. */
export type Terms =
  | {
      readonly possible: true;
      readonly parameters: string;
      readonly message: Buffer;
      readonly envelope: RelayEnvelope;
    }
  | { readonly possible: false; readonly reply: string };

const BEYOND_ASCII = /[^\0-\x7f]/;

/**
 * What the host must offer for this message: SMTPUTF8 for internationalized mail (RFC 6531 §3.6), 8BITMIME for
 * octets beyond US-ASCII (RFC 6152 §3). Nothing is converted: what a host cannot take goes back.
 */
export function termsOf(
  capabilities: SmtpCapabilities | undefined,
  envelope: RelayEnvelope,
  message: Buffer,
  faulty: (fault: FaultName) => boolean,
): Terms {
  const lists = (keyword: string) => capabilities?.keywords.has(keyword) ?? false;
  const { header, separator, body } = splitMessage(message);
  const needsUtf8 =
    envelope.smtpUtf8 &&
    [envelope.sender, ...envelope.recipients, header.toString('latin1')].some(isBeyondAscii);
  const parameters = envelope.smtpUtf8 && lists('SMTPUTF8') ? ' SMTPUTF8' : '';
  if (needsUtf8 && !lists('SMTPUTF8')) {
    if (faulty('outbound-sends-utf8-regardless'))
      return { possible: true, parameters: '', message, envelope };
    if (!faulty('outbound-replaces-utf8')) {
      return { possible: false, reply: '5.6.7 The host does not offer SMTPUTF8' };
    }
    const plain = (text: string) => text.replace(/[^\0-\x7f]/gu, '?');
    return {
      possible: true,
      parameters: '',
      message: Buffer.concat([Buffer.from(plain(header.toString())), separator, body]),
      envelope: { ...envelope, sender: plain(envelope.sender), recipients: envelope.recipients.map(plain) },
    };
  }
  if (!isBeyondAscii(message.toString('latin1'))) return { possible: true, parameters, message, envelope };
  if (lists('8BITMIME')) {
    const declared = faulty('outbound-does-not-declare-8bit') ? '' : ' BODY=8BITMIME';
    return { possible: true, parameters: `${parameters}${declared}`, message, envelope };
  }
  if (faulty('outbound-sends-8bit-regardless')) return { possible: true, parameters, message, envelope };
  if (faulty('outbound-encodes-8bit-wrongly')) {
    return {
      possible: true,
      parameters,
      message: Buffer.concat([header, separator, escaped(body)]),
      envelope,
    };
  }
  if (faulty('outbound-encodes-signed-8bit')) {
    const renamed = header
      .toString('latin1')
      .replace(/^(content-transfer-encoding:)[^\r]*/im, '$1 quoted-printable');
    const encoded = escaped(Buffer.from(body.toString('latin1').replaceAll('=', '=3D'), 'latin1'));
    return {
      possible: true,
      parameters,
      message: Buffer.concat([Buffer.from(renamed, 'latin1'), separator, encoded]),
      envelope,
    };
  }
  return { possible: false, reply: '5.6.3 The host does not offer 8BITMIME' };
}

function isBeyondAscii(text: string): boolean {
  return BEYOND_ASCII.test(text);
}

/** Octets beyond US-ASCII as quoted-printable writes them (RFC 2045 §6.7). */
function escaped(body: Buffer): Buffer {
  return Buffer.from(
    body
      .toString('latin1')
      .replace(/[^\0-\x7f]/g, (octet) => `=${octet.charCodeAt(0).toString(16).toUpperCase()}`),
  );
}
