import { CRLF } from '../../wire/bytes.ts';
import { objectionToLine, TOO_LARGE } from './content-rules.ts';
import { acceptMessage } from './data.ts';
import { refusalToBegin } from './envelope.ts';
import { IDLE_MS, SIZE_LIMIT } from './limits.ts';
import { closing, type Reply, reply } from './reply.ts';
import type { SmtpSession, Transaction } from './session.ts';

/** Largest chunk, in octets, that is read although it is refused. */
const READ_AT_MOST = 2 * SIZE_LIMIT;

/**
 * BDAT (RFC 3030 §2). The octets of a chunk are read whether or not the command is taken, so that they
 * are never read as commands; after a chunk too large to be read the connection is ended.
 */
export async function bdat(session: SmtpSession, argument: string): Promise<Reply> {
  if (session.site.faulty('smtp-lists-chunking-and-refuses'))
    return reply(502, '5.5.1', 'Command not implemented');
  const match = /^(\d{1,20})( LAST)?$/i.exec(argument);
  if (!match) return reply(501, '5.5.4', 'Syntax: BDAT size [LAST]');
  const size = Number(match[1]);
  if (size > SIZE_LIMIT && session.site.faulty('smtp-dies-of-oversized-chunks')) {
    await session.connection.readOctets(size, 'a chunk', IDLE_MS);
    session.doomed = true;
    return TOO_LARGE;
  }
  if (size > READ_AT_MOST) return closing(TOO_LARGE);
  if (size > SIZE_LIMIT) {
    await session.connection.readOctets(size, 'a chunk', IDLE_MS);
    session.transaction = undefined;
    return TOO_LARGE;
  }
  const welcome = (session.transaction?.recipients.length ?? 0) > 0;
  if (!welcome && session.site.faulty('smtp-executes-refused-chunks')) {
    return reply(503, '5.5.1', 'Send MAIL and RCPT first');
  }
  const chunk = mishandledChunk(session, await session.connection.readOctets(size, 'a chunk', IDLE_MS));
  if (size === 0 && session.site.faulty('bdat-refuses-empty-last')) return reply(501, '5.5.4', 'Empty chunk');
  const { transaction } = session;
  if (!transaction) return refusalToBegin(session) ?? reply(503, '5.5.1', 'Send MAIL and RCPT first');
  if (transaction.recipients.length === 0) return reply(554, '5.5.1', 'No valid recipients');

  transaction.chunks ??= [];
  transaction.chunks.push(chunk);
  if (transaction.chunks.reduce((sum, { length }) => sum + length, 0) > SIZE_LIMIT) {
    session.transaction = undefined;
    return TOO_LARGE;
  }
  if (!match[2]) return reply(250, '2.0.0', `${size} octets received`);
  session.transaction = undefined;
  return finish(session, transaction, Buffer.concat(transaction.chunks));
}

/** A message in chunks is text like any other, for BINARYMIME is not offered. */
function finish(session: SmtpSession, transaction: Transaction, content: Buffer): Promise<Reply> | Reply {
  const message = content.subarray(-CRLF.length).equals(CRLF) ? content : Buffer.concat([content, CRLF]);
  for (let from = 0; from < message.length; ) {
    const end = message.indexOf(CRLF, from);
    const objection = objectionToLine(session.site, message.subarray(from, end));
    if (objection) return objection;
    from = end + CRLF.length;
  }
  return acceptMessage(session, transaction, message);
}

/** A chunk is taken as it is (RFC 3030 §2): octets that mean something after DATA mean nothing here. */
function mishandledChunk({ site, connection }: SmtpSession, chunk: Buffer): Buffer {
  const end = Buffer.concat([CRLF, Buffer.from('.'), CRLF]);
  const at = site.faulty('smtp-dot-ends-chunks') ? chunk.indexOf(end) : -1;
  if (at >= 0) {
    connection.putBack(chunk.subarray(at + end.length));
    return chunk.subarray(0, at + CRLF.length);
  }
  if (site.faulty('bdat-removes-dots')) {
    return Buffer.from(chunk.toString('latin1').replace(/(^|\r\n)\.(?!$)/g, '$1'), 'latin1');
  }
  const ended = chunk.length === 0 || chunk.subarray(-CRLF.length).equals(CRLF);
  return ended || !site.faulty('bdat-ends-chunks-with-crlf') ? chunk : Buffer.concat([chunk, CRLF]);
}
