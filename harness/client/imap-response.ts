import { visibleExcerpt } from '../evidence/visible.ts';
import type { Connection, Line } from '../wire/connection.ts';
import { Malformed } from '../wire/failures.ts';
import { type ImapStretch, type ImapValue, parseImapValues } from './imap-values.ts';

/** Most octets of the literals in one response; a message may be as long. */
export const LITERALS_LIMIT = 64 * 1_048_576;
/** Most octets of the text of one response, literals apart. */
const RESPONSE_TEXT_LIMIT = 4 * 1_048_576;
/** A literal is read in pieces, so that the rest of it does not count as unread. */
const LITERAL_PIECE = 262_144;

/** What every response has. */
interface ResponseLine {
  /** The response without literals, octets as Latin-1, each literal shown by its `{n}` alone. */
  readonly line: string;
  readonly terminator: Line['terminator'];
  /** The response as a person reads it, in visible notation. */
  readonly text: string;
}

/** Status and response code (RFC 9051 §7.1), such as `NO [PRIVACYREQUIRED] …`. */
interface ImapCondition {
  /** Name of the response code in upper case; undefined where there is none. */
  readonly code: string | undefined;
  /** What stands after the name of the code, as sent. */
  readonly codeArguments: string;
  /** The text for people, octets as Latin-1. */
  readonly message: string;
}

/** A line that ends a command. */
export interface ImapTagged extends ResponseLine, ImapCondition {
  readonly kind: 'tagged';
  readonly tag: string;
  readonly status: 'OK' | 'NO' | 'BAD';
}

/** A `*` response. */
export interface ImapUntagged extends ResponseLine, ImapCondition {
  readonly kind: 'untagged';
  /** First word after the number, if any, in upper case: `OK`, `BYE`, `CAPABILITY`, `FETCH`, `EXISTS`. */
  readonly label: string;
  /** The number in front of the label. */
  readonly number: number | undefined;
  /** Data after the label; undefined for a status, and where the data cannot be tokenised. */
  readonly values: readonly ImapValue[] | undefined;
}

/** A `+` line (RFC 9051 §7.6). */
export interface ImapContinuation extends ResponseLine {
  readonly kind: 'continuation';
  readonly status: '+';
  /** What follows the plus: a SASL challenge in base64, or text. */
  readonly rest: string;
}

export type ImapResponse = ImapTagged | ImapUntagged | ImapContinuation;

const STATUS_LABELS: readonly string[] = ['OK', 'NO', 'BAD', 'BYE', 'PREAUTH'];

/**
 * Reads one response, its literals included.
 * @throws Malformed when the line is neither tagged with a status, nor untagged, nor a continuation, or
 *   over a limit; Silence, ConnectionEnded
 */
export async function readImapResponse(
  connection: Connection,
  awaited: string,
  withinMs?: number,
): Promise<ImapResponse> {
  const first = await connection.readLine(awaited, withinMs);
  const start = first.bytes.toString('latin1');
  const common = {
    line: start,
    terminator: first.terminator,
    text: visibleExcerpt(first.bytes, 400),
  };
  const continuation = /^\+(?: (.*))?$/s.exec(start);
  if (continuation) return { kind: 'continuation', status: '+', rest: continuation[1] ?? '', ...common };

  const untagged = /^\* (?:(\d{1,10}) )?([^\s()[\]{}"]+)(?: (.*))?$/s.exec(start);
  if (untagged) {
    const [, number, word = '', rest = ''] = untagged;
    const label = word.toUpperCase();
    if (number === undefined && STATUS_LABELS.includes(label)) {
      return { kind: 'untagged', label, number: undefined, values: undefined, ...condition(rest), ...common };
    }
    const stretches = await readLiterals(connection, awaited, rest);
    const told = stretches
      .map((part) => (part.kind === 'text' ? part.text : `{${part.bytes.length}}`))
      .join('');
    return {
      kind: 'untagged',
      label,
      number: number === undefined ? undefined : Number(number),
      values: valuesOf(stretches),
      code: undefined,
      codeArguments: '',
      message: '',
      ...common,
      line: `${start.slice(0, start.length - rest.length)}${told}`,
    };
  }

  const tagged = /^([^\s*+(){%"\\\]]+) (OK|NO|BAD)(?: (.*))?$/is.exec(start);
  const status = tagged?.[2]?.toUpperCase();
  if (tagged?.[1] && (status === 'OK' || status === 'NO' || status === 'BAD')) {
    return { kind: 'tagged', tag: tagged[1], status, ...condition(tagged[3] ?? ''), ...common };
  }
  throw new Malformed(
    `Expected ${awaited} as an IMAP response, found "${visibleExcerpt(first.bytes, 200)}".`,
  );
}

function condition(rest: string): ImapCondition {
  const code = /^\[([^\][\s]+)(?: ([^\]]*))?\] ?(.*)$/s.exec(rest);
  return code
    ? { code: (code[1] ?? '').toUpperCase(), codeArguments: code[2] ?? '', message: code[3] ?? '' }
    : { code: undefined, codeArguments: '', message: rest };
}

/** Data that cannot be tokenised concern only who reads them: a server may send labels of its own. */
function valuesOf(stretches: readonly ImapStretch[]): readonly ImapValue[] | undefined {
  try {
    return parseImapValues(stretches);
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    throw thrown;
  }
}

/** Reads on as long as a line ends in the announcement of a literal (RFC 9051 §4.3, RFC 3516 §4.4). */
async function readLiterals(connection: Connection, awaited: string, start: string): Promise<ImapStretch[]> {
  const stretches: ImapStretch[] = [];
  let text = start;
  let textOctets = start.length;
  let literalOctets = 0;
  for (;;) {
    const announced = /~?\{(\d{1,10})\+?\}$/.exec(text);
    if (!announced) {
      stretches.push({ kind: 'text', text });
      return stretches;
    }
    const count = Number(announced[1]);
    literalOctets += count;
    if (literalOctets > LITERALS_LIMIT)
      throw new Malformed(
        `Expected ${awaited} with literals of at most ${LITERALS_LIMIT} octets, found ${count} more.`,
      );
    stretches.push({ kind: 'text', text: text.slice(0, announced.index) });
    stretches.push({ kind: 'literal', bytes: await readLiteral(connection, awaited, count) });
    text = (await connection.readLine(awaited)).bytes.toString('latin1');
    textOctets += text.length;
    if (textOctets > RESPONSE_TEXT_LIMIT)
      throw new Malformed(`Expected ${awaited} to end within ${RESPONSE_TEXT_LIMIT} octets, it goes on.`);
  }
}

async function readLiteral(connection: Connection, awaited: string, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let left = count; left > 0; ) {
    const piece = await connection.readOctets(Math.min(left, LITERAL_PIECE), `${awaited}, inside a literal`);
    pieces.push(piece);
    left -= piece.length;
  }
  return Buffer.concat(pieces, count);
}
