import type { Account, ArrivedMessage, Services } from '../../harness/check/check.ts';
import { dateField } from '../../harness/steps/compose.ts';
import { publishedTexts } from './published-keys.ts';

export type Signature = Awaited<ReturnType<Services['authentication']['dkim']['verify']>>[number];

/** A message of a user as it arrived elsewhere, and its signatures. */
export interface SentMail {
  readonly arrived: ArrivedMessage;
  readonly signatures: readonly Signature[];
}

/** What was handed in, and what became of it. */
export type Sending =
  | { readonly kind: 'refused'; readonly line: string }
  | { readonly kind: 'lost' }
  | ({ readonly kind: 'arrived' } & SentMail);

/** Header fields of an ordinary message of an account. */
export function ordinaryHeader(
  { nonce, helloName }: Services,
  { from, to }: { readonly from: string; readonly to: string },
): string[] {
  return [
    `From: ${from}`,
    `To: <${to}>`,
    `Subject: Minutes of the meeting ${nonce}`,
    dateField(),
    `Message-ID: <${crypto.randomUUID()}@${helloName}>`,
  ];
}

/** Submits a message as a user to somebody in the lab and waits for it there. */
export async function send(
  services: Services,
  account: Account,
  compose: (recipient: string) => Buffer,
): Promise<Sending> {
  const { lab, offer, nonce, authentication, inconclusive } = services;
  const world = lab();
  const recipient = await world.externalRecipient(`${nonce}-${crypto.randomUUID().slice(0, 8)}`);
  const offered = await offer({
    as: account,
    sender: account.address,
    recipient,
    content: compose(recipient),
  });
  if (offered.disposition === 'deferred')
    inconclusive('precondition', `The message is refused for now, again and again: ${offered.line}`);
  if (offered.disposition === 'rejected')
    return { kind: 'refused', line: `${offered.stage}: ${offered.line}` };
  const arrived = await world.waitForMessage({ recipient, kind: 'delivery' });
  if (!arrived) return { kind: 'lost' };
  const signatures = await authentication.dkim.verify(arrived.content, publishedTexts(services));
  return { kind: 'arrived', arrived, signatures };
}

/** Sends an ordinary message of an account; without its arrival nothing can be said about signatures. */
export async function sendOrdinary(
  services: Services,
  account: Account = services.account(),
): Promise<SentMail> {
  const { bytes, inconclusive } = services;
  const sending = await send(services, account, (to) =>
    bytes.lines(
      ...ordinaryHeader(services, { from: `<${account.address}>`, to }),
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      'The minutes of the meeting are complete.',
    ),
  );
  if (sending.kind === 'arrived') return sending;
  return inconclusive(
    'precondition',
    sending.kind === 'refused'
      ? `Ordinary mail of the account is refused: ${sending.line}`
      : 'Ordinary mail of the account was taken and did not arrive.',
  );
}

/** Ends the check where the message carries no signature at all, which another check judges. */
export function assertSigned({ notApplicable }: Services, { signatures }: SentMail): void {
  if (signatures.length === 0)
    notApplicable(
      'The target does not sign its mail, which is judged by DKIM-017.',
      'a message of the account arrived without DKIM-Signature',
    );
}

/** The signatures that stand for the author (RFC 9989 §4.4.1, relaxed); all where there is none. */
export function ownSignatures({ signatures }: SentMail): readonly Signature[] {
  const own = signatures.filter(({ aligned }) => aligned);
  return own.length > 0 ? own : signatures;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** A signature in one line. */
export function lineOf({ domain, selector, algorithm, result, reason }: Signature): string {
  return `d=${domain} s=${selector} a=${algorithm}: ${result}${reason === '' ? '' : ` (${reason})`}`;
}

/** Signatures in one line. */
export function linesOf(signatures: readonly Signature[]): string {
  return signatures.map(lineOf).join('; ') || 'no signature';
}
