import type { Services, SignatureOrder } from '../../harness/check/check.ts';
import { dateField } from '../../harness/steps/compose.ts';
import { nextToken } from '../../harness/steps/tokens.ts';
import type { Author } from './author.ts';

/** A message before it is signed. */
export interface Letter {
  readonly author: Author;
  /** Printable ASCII that no other message carries. */
  readonly token: string;
  readonly content: Buffer;
}

export interface LetterParts {
  readonly subject?: readonly string[];
  /** Whole header fields, as lines. */
  readonly fields?: readonly string[];
  readonly body?: Buffer;
}

/** A short message of neutral wording with a token of its own in its Message-ID. */
export function compose(
  services: Services,
  author: Author,
  { subject = ['Minutes of the meeting'], fields = [], body }: LetterParts = {},
): Letter {
  const { bytes, imprint } = services;
  const token = nextToken(services);
  const [first = '', ...folded] = subject;
  const header = bytes.lines(
    `From: Author <${author.address}>`,
    `To: <${services.account().address}>`,
    `Subject: ${first}`,
    ...folded,
    dateField(),
    `Message-ID: <${token}@${author.domain}>`,
    ...imprint.fields,
    ...fields,
    '',
  );
  const text =
    body ??
    bytes.lines('The minutes of the meeting are complete.', 'They are with the chair.', ...imprint.lines);
  return { author, token, content: Buffer.concat([header, text]) };
}

/** A letter with a signature by each order, the first on top. */
export function signedLetter(
  services: Services,
  author: Author,
  orders: readonly SignatureOrder[],
  parts?: LetterParts,
): Letter {
  const letter = compose(services, author, parts);
  return withContent(letter, services.authentication.dkim.signed(letter.content, ...orders));
}

/** The letter with other octets, such as a signed copy. */
export function withContent(letter: Letter, content: Buffer): Letter {
  return { ...letter, content };
}

/**
 * The letter with one passage replaced by another.
 * @throws Error when the passage is not there
 */
export function altered(letter: Letter, passage: string, replacement: string): Letter {
  const text = letter.content.toString('latin1');
  if (!text.includes(passage)) throw new Error(`The letter has no passage "${passage}".`);
  return withContent(letter, Buffer.from(text.replace(passage, replacement), 'latin1'));
}

/** The letter with more octets after it. */
export function longer(letter: Letter, appended: Buffer): Letter {
  return withContent(letter, Buffer.concat([letter.content, appended]));
}
