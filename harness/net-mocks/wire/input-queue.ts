/** Octets that arrived on a connection and wait to be consumed; one reader at a time. */
export interface InputQueue {
  push(chunk: Buffer): void;
  /** Puts octets back in front, as if they had not been read. */
  unread(chunk: Buffer): void;
  /** No more will come; pending and later reads get what is left, then null. */
  end(): void;
  /** One line with its ending; null when the peer ended without another octet. */
  readLine(): Promise<Line | null>;
  /** Whatever is there, at least one octet; null at the end. */
  readSome(): Promise<Buffer | null>;
  /** Everything present now, possibly nothing. */
  drain(): Buffer;
  /** Octets consumed so far: the stream position of the next one. */
  readonly position: number;
  readonly ended: boolean;
  /** Whether `readLine` would answer without waiting. */
  readonly hasLine: boolean;
}

export interface Line {
  /** The line with its ending. */
  bytes: Buffer;
  /** The line without its ending. */
  content: Buffer;
  /** `cut`: longer than the limit, or the peer ended in the middle of a line. */
  ending: 'crlf' | 'lf' | 'cut';
}

const LF = 0x0a;
const CR = 0x0d;

/** `longestLine` bounds what one line may hold back, in octets. */
export function createInputQueue(longestLine = 1_048_576): InputQueue {
  let pending: Buffer = Buffer.alloc(0);
  let position = 0;
  let ended = false;
  let wake: (() => void) | undefined;

  const wakeUp = (): void => {
    wake?.();
    wake = undefined;
  };
  const more = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const take = (count: number): Buffer => {
    const taken = pending.subarray(0, count);
    pending = pending.subarray(count);
    position += taken.length;
    return taken;
  };

  return {
    push(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      wakeUp();
    },
    unread(chunk) {
      pending = Buffer.concat([chunk, pending]);
      position -= chunk.length;
    },
    end() {
      ended = true;
      wakeUp();
    },
    async readLine() {
      let searched = 0;
      for (;;) {
        const at = pending.indexOf(LF, searched);
        if (at >= 0) {
          const bytes = take(at + 1);
          return bytes[at - 1] === CR
            ? { bytes, content: bytes.subarray(0, -2), ending: 'crlf' }
            : { bytes, content: bytes.subarray(0, -1), ending: 'lf' };
        }
        searched = pending.length;
        if (ended || pending.length >= longestLine) {
          if (pending.length === 0) return null;
          const bytes = take(pending.length);
          return { bytes, content: bytes, ending: 'cut' };
        }
        await more();
      }
    },
    async readSome() {
      while (pending.length === 0) {
        if (ended) return null;
        await more();
      }
      return take(pending.length);
    },
    drain: () => take(pending.length),
    get position() {
      return position;
    },
    get ended() {
      return ended;
    },
    get hasLine() {
      return pending.includes(LF);
    },
  };
}
