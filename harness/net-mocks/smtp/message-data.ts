import { CRLF, END_OF_DATA } from '../wire/crlf.ts';

const TERMINATOR = Buffer.from(END_OF_DATA);
const LINE_END = Buffer.from(CRLF);
const DOT = 0x2e;

/** Finds the end of a message transferred by DATA. Only CRLF.CRLF ends it (RFC 5321 4.1.1.4). */
export interface DataCollector {
  readonly octets: number;
  /** Undefined while the message goes on; afterwards the octets after its end. */
  add(chunk: Buffer): Buffer | undefined;
  /** What arrived so far, or the whole message once its end was seen; without the line with the final dot. */
  received(): Buffer;
}

export function createDataCollector(): DataCollector {
  const chunks: Buffer[] = [];
  let octets = 0;
  let message: Buffer | undefined;
  // The line before the message counts as ended, so that a lone final dot is an empty message.
  let tail: Buffer = LINE_END;

  return {
    get octets() {
      return octets;
    },
    add(chunk) {
      const window = Buffer.concat([tail, chunk]);
      const found = window.indexOf(TERMINATOR);
      chunks.push(chunk);
      octets += chunk.length;
      if (found < 0) {
        tail = window.subarray(Math.max(0, window.length - TERMINATOR.length + 1));
        return undefined;
      }
      const after = window.subarray(found + TERMINATOR.length);
      const all = Buffer.concat(chunks);
      octets = all.length - after.length - 1 - LINE_END.length;
      message = all.subarray(0, octets);
      return after;
    },
    received: () => message ?? Buffer.concat(chunks),
  };
}

/** Removes the dot that a sender puts before every line that begins with one (RFC 5321 4.5.2). */
export function unstuffDots(received: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let line = 0; line < received.length; ) {
    if (received[line] === DOT) {
      parts.push(received.subarray(from, line));
      from = line + 1;
    }
    const end = received.indexOf(LINE_END, line);
    if (end < 0) break;
    line = end + LINE_END.length;
  }
  parts.push(received.subarray(from));
  return Buffer.concat(parts);
}
