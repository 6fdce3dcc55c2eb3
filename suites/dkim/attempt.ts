import type { Offered, RecordedResult, Services, StoredMessage } from '../../harness/check/check.ts';
import { pastLateAnswers } from '../../harness/steps/late-answer.ts';
import type { Author } from './author.ts';
import type { Letter } from './letter.ts';

/** What the target made of a letter. */
export interface Attempt {
  readonly author: Author;
  readonly offered: Offered;
  /** Null where it is in no mailbox, or was not accepted. */
  readonly stored: StoredMessage | null;
  /** What was recorded about signatures, topmost first. */
  readonly results: readonly RecordedResult[];
  /** In one line. */
  readonly line: string;
}

/** Hands a letter over in some way. */
export type HandOver = (letter: { readonly sender: string; readonly content: Buffer }) => Promise<Offered>;

/** Hands a letter in as a stranger and reads what was recorded about it; it is written anew for a second try. */
export function attempt(services: Services, write: () => Letter, handOver?: HandOver): Promise<Attempt> {
  return pastLateAnswers(
    () => attemptOnce(services, write(), handOver),
    ({ results }) => results.map(({ result }) => result),
  );
}

/** The same, where the DNS is meant to fail. */
export async function attemptOnce(
  services: Services,
  { author, token, content }: Letter,
  handOver: HandOver = (mail) => services.offer(mail),
): Promise<Attempt> {
  const offered = await handOver({ sender: author.address, content });
  const stored =
    offered.disposition === 'accepted' ? await services.inMailbox({ token, sent: content }) : null;
  const results = (stored?.results ?? []).filter(({ method }) => method === 'dkim');
  const line = lineOf(offered, stored, results);
  services.note(`the target made of it: ${line}`);
  return { author, offered, stored, results, line };
}

function lineOf(offered: Offered, stored: StoredMessage | null, results: readonly RecordedResult[]): string {
  if (offered.disposition !== 'accepted') return `${offered.stage}: ${offered.line}`;
  if (!stored) return 'accepted, and in no mailbox';
  if (results.length === 0) return `nothing recorded about signatures, in ${stored.mailbox}`;
  const alike = Map.groupBy(results.map(wordsOf), (words) => words);
  return [...alike]
    .map(([words, { length }]) => (length === 1 ? words : `${words} (${length} times)`))
    .join(', ');
}

function wordsOf({ result, reason, properties }: RecordedResult): string {
  const domain = properties.has('header.d') ? 'header.d' : 'header.i';
  const shown = [domain, 'header.s'].flatMap((name) => {
    const value = properties.get(name);
    return value === undefined ? [] : [` ${name}=${value}`];
  });
  return `dkim=${result}${reason === undefined ? '' : ` (${reason})`}${shown.join('')}`;
}

/** Whether a result is about signatures of this domain; one that names no domain may be. */
export function isAbout({ properties }: RecordedResult, domain: string): boolean {
  const named = properties.get('header.d') ?? properties.get('header.i')?.split('@').at(-1);
  return named === undefined || named.toLowerCase() === domain.toLowerCase();
}

/** Whether a signature of this domain passed, of any domain where none is given. */
export function passed({ author, offered, stored, results }: Attempt, domain?: string): boolean {
  if (author.sight === 'enforced') return offered.disposition === 'accepted' && stored?.mailbox === 'INBOX';
  return results.some((one) => one.result === 'pass' && (domain === undefined || isAbout(one, domain)));
}

/** Ends the input where the letter did not come as far as a mailbox. */
export function assertStored({ inconclusive }: Services, { offered, stored, line }: Attempt): StoredMessage {
  if (offered.disposition !== 'accepted')
    inconclusive('precondition', `The message is not accepted, so that no result is recorded: ${line}`);
  return stored ?? inconclusive('precondition', 'The message was accepted and is in no mailbox.');
}
