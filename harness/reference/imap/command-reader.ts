import { CR, CRLF, LF, line, NUL } from '../../wire/bytes.ts';
import { type Cursor, cursorOver } from './parser.ts';
import { IDLE_MS, type ImapSession, LINE_LIMIT, LITERAL_LIMIT } from './session.ts';

/** Longest non-synchronizing literal (RFC 7888 §5, LITERAL-). */
const NON_SYNCHRONIZING_LIMIT = 4_096;
/** Largest refused literal that is still read and dropped; after a larger one the connection is ended. */
const SWALLOW_LIMIT = 1_048_576;

export type ReadCommand =
  | { readonly kind: 'command'; readonly tag: string; readonly verb: string; readonly cursor: Cursor }
  /** Not to be executed: a complete response instead. */
  | { readonly kind: 'refused'; readonly response: Buffer; readonly closes: boolean };

/**
 * Reads a command with its literals (RFC 9051 §4.3). The octets of a refused non-synchronizing literal
 * are part of the command and never read as another one (RFC 7888 §4).
 * @param objection the refusal of a command, asked before the client is invited to send a literal
 */
export async function readCommand(
  session: ImapSession,
  objection: (verb: string) => string | undefined,
): Promise<ReadCommand> {
  const { connection, account } = session;
  const withinMs = (account ? loggedInIdleMs(session) : IDLE_MS.before) / session.site.timerSpeed;
  const texts: string[] = [];
  const literals: Buffer[] = [];
  let budget: number = account ? LITERAL_LIMIT.loggedIn : LITERAL_LIMIT.before;
  let tag = '*';
  let verb = '';
  let problem: string | undefined;
  /** Fault: of a literal that breaks off, what came is taken for the whole. */
  const keepWhatCame = (failure: unknown) => {
    if (verb !== 'APPEND' || !session.site.faulty('imap-keeps-broken-append')) throw failure;
    return connection.takeUnread();
  };

  for (;;) {
    const input = await connection.readLine('a command', { limit: LINE_LIMIT, withinMs });
    if (input.kind === 'overlong') return refusal(`${tag} BAD Command line too long`);
    const text = input.bytes.toString('latin1');
    const announced = /\{(\d+)(\+?)\}$/.exec(text);
    texts.push(announced ? text.slice(0, announced.index) : text);
    if (texts.length === 1) {
      const head = /^([!#$&',\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+) ([A-Za-z]+)(?= |$)/.exec(texts[0] ?? '');
      if (!head) return refusal('* BAD Expected a tag and a command');
      tag = head[1] ?? '*';
      verb = (head[2] ?? '').toUpperCase();
    }
    if ([CR, LF, NUL].some((octet) => input.bytes.includes(octet))) {
      problem ??= `${tag} BAD Bare CR, bare LF and NUL are not allowed in a command`;
    }
    if (!announced) break;

    const synchronizing = announced[2] === '';
    const count = announced[1] && announced[1].length < 16 ? Number(announced[1]) : Number.MAX_SAFE_INTEGER;
    if (count > budget || (!synchronizing && count > NON_SYNCHRONIZING_LIMIT)) {
      problem ??= `${tag} BAD [TOOBIG] Literal too large`;
    }
    const refused = objection(verb);
    if (!synchronizing && refused !== undefined && session.site.faulty('imap-executes-refused-literal'))
      return refusal(`${tag} ${refused}`);
    problem ??= synchronizing ? prefixed(tag, refused) : undefined;
    if (problem && synchronizing) return refusal(problem);
    if (problem && count > SWALLOW_LIMIT) {
      return {
        kind: 'refused',
        response: Buffer.concat([line('* BYE [TOOBIG] Literal too large'), line(problem)]),
        closes: true,
      };
    }
    if (synchronizing) await connection.send(line('+ Ready for the literal'));
    const content = await connection.readOctets(count, 'a literal', withinMs).catch(keepWhatCame);
    budget -= content.length;
    literals.push(problem ? Buffer.alloc(0) : content);
    if (content.length < count) {
      texts.push('');
      break;
    }
  }
  if (problem) return refusal(problem);
  const cursor = cursorOver(texts, literals);
  cursor.at = `${tag} ${verb}`.length;
  return { kind: 'command', tag, verb, cursor };
}

function loggedInIdleMs({ site }: ImapSession): number {
  return site.faulty('imap-short-autologout') ? 600_000 : IDLE_MS.loggedIn;
}

function prefixed(tag: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${tag} ${text}`;
}

function refusal(text: string): ReadCommand {
  return { kind: 'refused', response: Buffer.concat([Buffer.from(text, 'latin1'), CRLF]), closes: false };
}
