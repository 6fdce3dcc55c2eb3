import { keyRecord, type SigningKey, signingKey } from '../../authentication/dkim/keys.ts';
import { type SignatureOrder, signature } from '../../authentication/dkim/sign.ts';
import type { FaultName } from '../../model/faults.ts';
import { CRLF } from '../../wire/bytes.ts';
import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';
import { isSubmission, type SmtpSession } from '../smtp/session.ts';

/** With what a domain signs its mail, and what it publishes about that. */
export interface Signing {
  readonly orders: readonly SignatureOrder[];
  /** Names and texts of TXT records. */
  readonly records: readonly { readonly name: string; readonly text: string }[];
}

/**
 * Every field that a reader sees and the identity of the message, each once more than it occurs, so that
 * none can be added (RFC 6376 §5.4.1, §8.15).
 */
const FIELDS = [
  ...['from', 'from', 'to', 'to', 'cc', 'cc', 'subject', 'subject', 'date', 'date'],
  ...['reply-to', 'reply-to', 'message-id', 'message-id'],
  ...['mime-version', 'mime-version', 'content-type', 'content-type'],
];
const PROVIDER = 'provider.example';

/** RSA with 2048 bits and Ed25519 (RFC 8301 §3.2, RFC 8463), unless a fault says otherwise. */
export async function createSigning(
  mailDomain: string,
  faulty: (fault: FaultName) => boolean,
): Promise<Signing> {
  const domain = faulty('signs-as-provider') ? PROVIDER : mailDomain;
  const keys = await Promise.all(keyKinds(faulty).map((kind) => signingKey(kind, 'reference')));
  const orders = keys.map(
    (key): SignatureOrder => ({
      domain,
      selector: key.kind,
      key,
      fields: faulty('signs-without-author') ? ['to', 'subject'] : FIELDS,
      ...(faulty('signs-with-sha1') ? { algorithm: 'rsa-sha1' } : {}),
      ...(faulty('signs-nothing-of-the-body') ? { bodyLength: 0 } : {}),
    }),
  );
  const records = orders.flatMap(({ key, selector }) =>
    textsOf(key, faulty).map((text) => ({ name: `${selector}._domainkey.${domain}`, text })),
  );
  return { orders: faulty('signs-nothing') ? [] : orders, records };
}

function keyKinds(faulty: (fault: FaultName) => boolean): SigningKey['kind'][] {
  if (faulty('signs-with-short-key')) return ['rsa-512'];
  if (faulty('signs-with-1024-bits')) return ['rsa-1024'];
  if (faulty('signs-with-sha1')) return ['rsa-2048'];
  return ['rsa-2048', 'ed25519'];
}

function textsOf(key: SigningKey, faulty: (fault: FaultName) => boolean): string[] {
  const text = keyRecord(key);
  if (faulty('key-record-in-test-mode')) return [text.replace('; k=', '; t=y; k=')];
  if (!faulty('key-record-in-two')) return [text];
  const middle = text.indexOf('p=') + 'p='.length + 30;
  return [text.slice(0, middle), text.slice(middle)];
}

/** A message of a user with the signatures of the domain; mail from strangers gets none. */
export function signedForUser(session: SmtpSession, message: Buffer): Buffer {
  const { site } = session;
  if (isSubmission(session) && session.account) return signedByDomain(site, message);
  return site.faulty('signs-mail-of-strangers') ? signedByDomain(site, message) : message;
}

/** A report of the server itself with the signatures of the domain. */
export function signedReport(site: Pick<Site, 'signing' | 'faulty'>, report: Buffer): Buffer {
  return site.faulty('signs-no-reports') ? report : signedByDomain(site, report);
}

function signedByDomain({ signing, faulty }: Pick<Site, 'signing' | 'faulty'>, message: Buffer): Buffer {
  const { fields, header, separator, body } = splitMessage(message);
  const hashed = faulty('signs-stuffed-dots') ? Buffer.concat([header, separator, stuffed(body)]) : message;
  const occurring = fields.map(({ name }) => name);
  const signatures = (signing?.orders ?? []).map((order) =>
    signature(
      hashed,
      faulty('signs-author-once')
        ? { ...order, fields: occurring.filter((name) => FIELDS.includes(name)) }
        : order,
    ),
  );
  return Buffer.concat([...signatures, message]);
}

function stuffed(body: Buffer): Buffer {
  const eol = CRLF.toString('latin1');
  const lines = body.toString('latin1').split(eol);
  return Buffer.from(lines.map((line) => (line.startsWith('.') ? `.${line}` : line)).join(eol), 'latin1');
}
