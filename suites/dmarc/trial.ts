import type { Services, StoredMessage } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';
import { seesJunk } from '../../harness/steps/in-mailbox.ts';
import { pastLateAnswers } from '../../harness/steps/late-answer.ts';
import { SELECTOR } from './author.ts';

/** A message to be handed in, as its parts. */
export interface Trial {
  /** Unique within the check; becomes part of the token. */
  readonly name: string;
  /** Address of the author, or the header fields that name him, each a line. */
  readonly author: string | readonly string[];
  /** Reverse-path; empty for the null one. */
  readonly sender: string;
  readonly hello?: string;
  /** Domains that sign the message. */
  readonly signedBy?: readonly string[];
  /** The signature does not fit the message. */
  readonly broken?: boolean;
  /** Header fields above the others, each a line. */
  readonly above?: readonly string[];
  /** Puts further fields above the finished message. */
  readonly seal?: (message: Buffer) => Promise<Buffer>;
}

/** What the target did with a message. */
export type Handling =
  | { readonly kind: 'rejected'; readonly stage: string; readonly line: string }
  | { readonly kind: 'deferred'; readonly line: string }
  /** Taken, and in no mailbox that can be read, which may be INBOX alone. */
  | { readonly kind: 'lost'; readonly mayBeJunk: boolean }
  | { readonly kind: 'junk' | 'inbox'; readonly message: StoredMessage };

/** Hands in a message to the first account and looks where it went; a second try is a message of its own. */
export function attempt(services: Services, trial: Trial): Promise<Handling> {
  return pastLateAnswers(
    (nth) => attemptOnce(services, nth === 1 ? trial : { ...trial, name: `${trial.name}-${nth}` }),
    (handling) => ['spf', 'dkim', 'dmarc'].flatMap((method) => recorded(handling, method)),
  );
}

async function attemptOnce(services: Services, trial: Trial): Promise<Handling> {
  const { offer, inMailbox, nonce, lab } = services;
  const token = `${nonce}.${trial.name.replace(/[^A-Za-z0-9]+/g, '-')}.`;
  const content = await contentOf(services, trial, token);
  const vantage = lab().vantages[0]?.name;
  const offered = await offer({
    content,
    sender: trial.sender,
    ...(trial.hello === undefined ? {} : { hello: trial.hello }),
    ...(vantage === undefined ? {} : { vantage }),
  });
  const { disposition, stage, line } = offered;
  if (disposition === 'rejected') return { kind: 'rejected', stage, line };
  if (disposition === 'deferred') return { kind: 'deferred', line };
  const message = await inMailbox({ token, sent: content });
  if (!message) return { kind: 'lost', mayBeJunk: !seesJunk(services.target) };
  return { kind: message.mailbox.toUpperCase() === 'INBOX' ? 'inbox' : 'junk', message };
}

export async function contentOf(
  services: Services,
  { author, signedBy = [], broken = false, above = [], seal }: Omit<Trial, 'name' | 'sender'>,
  token: string,
): Promise<Buffer> {
  const { account, authentication, lab } = services;
  const plain = compose(services, {
    from: author,
    to: account().address,
    token,
    subject: 'A message about nothing',
    idDomain: lab().domain('id'),
    above,
    below: ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=us-ascii'],
  });
  const { dkim } = authentication;
  const key = await dkim.signingKey('rsa-2048');
  const text = dkim.signed(plain, ...signedBy.map((domain) => ({ domain, selector: SELECTOR, key })));
  const sent = broken ? withLaterLine(services, text) : text;
  return seal ? seal(sent) : sent;
}

/** The message with a line that nobody signed or sealed. */
export function withLaterLine({ bytes }: Pick<Services, 'bytes'>, message: Buffer): Buffer {
  return Buffer.concat([message, bytes.lines('This line came later.')]);
}

/** The words of the results that the target recorded for a method, topmost first. */
export function recorded(handling: Handling, method: string): readonly string[] {
  if (handling.kind !== 'inbox' && handling.kind !== 'junk') return [];
  return handling.message.results.filter((result) => result.method === method).map(({ result }) => result);
}

/** What was done, in words. */
export function wordsOf(handling: Handling): string {
  switch (handling.kind) {
    case 'rejected':
      return `refused at ${handling.stage}: ${handling.line}`;
    case 'deferred':
      return `refused for now: ${handling.line}`;
    case 'lost':
      return 'taken, and in no mailbox that can be read';
    default: {
      const results = handling.message.results.map(({ method, result }) => `${method}=${result}`);
      const said = results.length > 0 ? results.join(' ') : 'no result recorded';
      return `delivered to ${handling.message.mailbox}, ${said}`;
    }
  }
}
