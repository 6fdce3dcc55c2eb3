import type { ImapUntagged } from './imap-response.ts';
import { type ImapValue, imapList, imapText } from './imap-values.ts';

/** A mailbox of a LIST response (RFC 9051 §7.3.1). */
export interface ImapMailbox {
  /** As sent, octets as Latin-1; names beyond ASCII are in modified UTF-7 (RFC 3501 §5.1.3) or UTF-8. */
  readonly name: string;
  /** Hierarchy separator; null for a flat name. */
  readonly delimiter: string | null;
  /** Attributes as sent, such as `\Noselect`. */
  readonly attributes: readonly string[];
}

/** State of a mailbox when it was selected (RFC 9051 §6.3.2). */
export interface ImapSelected {
  readonly exists: number | undefined;
  readonly uidValidity: number | undefined;
  readonly uidNext: number | undefined;
  readonly flags: readonly string[];
  /** The mailbox was opened with `[READ-ONLY]`. */
  readonly readOnly: boolean;
}

/** A message as the server stores it. */
export interface ImapMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly bytes: Buffer;
}

export function readMailboxes(responses: readonly ImapUntagged[]): readonly ImapMailbox[] {
  return responses.flatMap(({ label, values }) => {
    const name = imapText(values?.[2]);
    if (label !== 'LIST' || name === undefined) return [];
    // Where UTF-8 is enabled, names are in it (RFC 6855 §3); elsewhere they are ASCII.
    return {
      name: Buffer.from(name, 'latin1').toString(),
      delimiter: imapText(values?.[1]) ?? null,
      attributes: texts(values?.[0]),
    };
  });
}

/** @param code the response code of the tagged OK */
export function readSelected(code: string | undefined, responses: readonly ImapUntagged[]): ImapSelected {
  const coded = (name: string) => {
    const found = responses.find((response) => response.code === name)?.codeArguments;
    return found !== undefined && /^\d{1,10}$/.test(found) ? Number(found) : undefined;
  };
  return {
    exists: responses.findLast(({ label }) => label === 'EXISTS')?.number,
    uidValidity: coded('UIDVALIDITY'),
    uidNext: coded('UIDNEXT'),
    flags: texts(responses.find(({ label }) => label === 'FLAGS')?.values?.[0]),
    readOnly: code === 'READ-ONLY',
  };
}

/** The numbers of SEARCH responses (RFC 9051 §7.3.4, RFC 3501 §7.2.5), ascending. */
export function readFound(responses: readonly ImapUntagged[]): readonly number[] {
  const numbers = responses
    .filter(({ label }) => label === 'SEARCH')
    .flatMap(({ values }) => (values ?? []).map((value) => Number(imapText(value))));
  return numbers.filter((number) => Number.isSafeInteger(number) && number > 0).sort((a, b) => a - b);
}

/** The UIDs of FETCH responses, ascending, without repetition. */
export function readUids(responses: readonly ImapUntagged[]): readonly number[] {
  const uids = responses.flatMap((response) => {
    const uid = Number(imapText(fetchItems(response).get('UID')));
    return Number.isSafeInteger(uid) && uid > 0 ? uid : [];
  });
  return [...new Set(uids)].sort((a, b) => a - b);
}

/** The message with this UID among FETCH responses; undefined where none has its octets. */
export function readWhole(uid: number, responses: readonly ImapUntagged[]): ImapMessage | undefined {
  for (const response of responses) {
    const items = fetchItems(response);
    const body = items.get('BODY[]');
    if (Number(imapText(items.get('UID'))) !== uid || !Buffer.isBuffer(body)) continue;
    return { uid, flags: texts(items.get('FLAGS')), bytes: body };
  }
  return undefined;
}

/** Name and value of the data items of a FETCH response (RFC 9051 §7.5.2), names in upper case. */
export function fetchItems({ label, values }: ImapUntagged): ReadonlyMap<string, ImapValue> {
  const items = new Map<string, ImapValue>();
  if (label !== 'FETCH') return items;
  const list = imapList(values?.[0]);
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = list[at];
    if (typeof name === 'string') items.set(name.toUpperCase(), list[at + 1] ?? null);
  }
  return items;
}

function texts(value: ImapValue | undefined): readonly string[] {
  return imapList(value).flatMap((item) => imapText(item) ?? []);
}
