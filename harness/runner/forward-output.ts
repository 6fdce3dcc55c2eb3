import { Writable } from 'node:stream';

/**
 * Hands on what is written to it, and takes it too when nobody reads any more (`mailspec audit | head`). What a worker
 * still has to say is waited for when it ends, which a stream that is gone would never take.
 */
export function forwardOutput(stream: NodeJS.WriteStream): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, taken) {
      if (!stream.destroyed) stream.write(chunk);
      taken();
    },
  });
}
