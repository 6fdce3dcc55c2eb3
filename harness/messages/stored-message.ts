import { visible } from '../evidence/visible.ts';
import { parseAuthenticationResults } from './authentication-results.ts';
import { type HeaderField, readHeader } from './header.ts';
import { parseReceivedSpf } from './received-spf.ts';

/** What the target says about a message that it took in, in a header field of its own. */
export interface RecordedResult {
  readonly field: 'Authentication-Results' | 'Received-SPF';
  /** The authserv-id, or the `receiver` of Received-SPF; null where none is named. */
  readonly authservId: string | null;
  /** Such as `spf`, in lower case. */
  readonly method: string;
  /** Such as `pass`, in lower case. */
  readonly result: string;
  readonly reason: string | undefined;
  /** `ptype.property` of Authentication-Results, or the key of Received-SPF, in lower case. */
  readonly properties: ReadonlyMap<string, string>;
  /** Where the field stands: above everything that was sent, or among or below it. */
  readonly place: 'above' | 'below';
  /** The field in visible notation. */
  readonly line: string;
}

/** A message as it lies in a mailbox of the target. */
export interface StoredMessage {
  /** The mailbox it was found in, such as `INBOX` or `Junk`. */
  readonly mailbox: string;
  /** As handed out by the server: IMAP octet by octet, POP3 with CRLF line ends and dots unstuffed. */
  readonly bytes: Buffer;
  /** All header fields, topmost first. */
  readonly fields: readonly HeaderField[];
  /** Header fields that were not sent, topmost first. */
  readonly added: readonly HeaderField[];
  readonly body: Buffer;
  /** Results in the fields that were not sent, topmost first. */
  readonly results: readonly RecordedResult[];
}

/** Takes a stored message apart; `sent` are the octets that were handed in. */
export function storedMessage(mailbox: string, bytes: Buffer, sent: Buffer): StoredMessage {
  const { fields, body } = readHeader(bytes);
  const unseen = readHeader(sent).fields.map(contentOf);
  const added: HeaderField[] = [];
  const places = new Map<HeaderField, RecordedResult['place']>();
  let place: RecordedResult['place'] = 'above';
  for (const field of fields) {
    const known = unseen.indexOf(contentOf(field));
    if (known < 0) {
      added.push(field);
      places.set(field, place);
      continue;
    }
    unseen.splice(known, 1);
    place = 'below';
  }
  const results = added.flatMap((field) => resultsOf(field, places.get(field) ?? 'above'));
  return { mailbox, bytes, fields, added, body, results };
}

/** What makes two fields the same: servers may write line ends and folding anew. */
function contentOf({ name, value }: HeaderField): string {
  return `${name}:${value.replace(/[ \t]+/g, ' ')}`;
}

function resultsOf(field: HeaderField, place: RecordedResult['place']): readonly RecordedResult[] {
  const line = visible(field.octets);
  if (field.name === 'authentication-results') {
    const parsed = parseAuthenticationResults(field.value);
    return (parsed?.results ?? []).map((result) => ({
      field: 'Authentication-Results',
      authservId: parsed?.authservId ?? null,
      ...result,
      place,
      line,
    }));
  }
  const spf = field.name === 'received-spf' ? parseReceivedSpf(field.value) : null;
  if (!spf) return [];
  const { result, properties } = spf;
  const authservId = properties.get('receiver') ?? null;
  return [
    { field: 'Received-SPF', authservId, method: 'spf', result, reason: undefined, properties, place, line },
  ];
}
