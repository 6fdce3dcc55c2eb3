import type { Account, ArrivedMessage, Services, VerifiedSignature } from '../../harness/check/check.ts';
import { compose, type NeutralMessage } from '../../harness/steps/compose.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';

/** A message of a user as it arrived elsewhere, and its signatures. */
export interface SentMail {
  readonly arrived: ArrivedMessage;
  readonly signatures: readonly VerifiedSignature[];
}

/** What was handed in, and what became of it. */
export type Sending =
  | { readonly kind: 'refused'; readonly line: string }
  | { readonly kind: 'lost' }
  | ({ readonly kind: 'arrived' } & SentMail);

/** A message of neutral wording, with a Message-ID of its own. */
export function written(services: Services, message: Omit<NeutralMessage, 'token' | 'id'>): Buffer {
  return compose(services, { ...message, token: services.nonce, id: crypto.randomUUID() });
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

/**
 * Sends an ordinary message of an account, which arrives signed. Ends the check where it does not arrive, and
 * where it carries no signature at all, which another check judges.
 */
export async function sendSigned(
  services: Services,
  account: Account = services.account(),
): Promise<SentMail> {
  const { inconclusive, notApplicable } = services;
  const below = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=us-ascii'];
  const sending = await send(services, account, (to) =>
    written(services, { from: account.address, to, below }),
  );
  if (sending.kind === 'refused')
    return inconclusive('precondition', `Ordinary mail of the account is refused: ${sending.line}`);
  if (sending.kind === 'lost')
    return inconclusive('precondition', 'Ordinary mail of the account was taken and did not arrive.');
  if (sending.signatures.length === 0)
    notApplicable(
      'The target does not sign its mail, which is judged by DKIM-017.',
      'a message of the account arrived without DKIM-Signature',
    );
  return sending;
}

/** The signatures that stand for the author (RFC 9989 §4.4.1, relaxed); all where there is none. */
export function ownSignatures({ signatures }: SentMail): readonly VerifiedSignature[] {
  const own = signatures.filter(({ aligned }) => aligned);
  return own.length > 0 ? own : signatures;
}

/** A signature in one line. */
export function lineOf({ domain, selector, algorithm, result, reason }: VerifiedSignature): string {
  return `d=${domain} s=${selector} a=${algorithm}: ${result}${reason === '' ? '' : ` (${reason})`}`;
}

/** Signatures in one line. */
export function linesOf(signatures: readonly VerifiedSignature[]): string {
  return signatures.map(lineOf).join('; ') || 'no signature';
}
