import type { Services, SmtpClient } from '../../harness/check/check.ts';

/** Largest announced size above which octets are really sent. */
export const AFFORDABLE = 12 * 1_048_576;
/** How many octets more than announced are sent. */
export const EXCESS = 65_536;
/** How many octets are written at a time. */
const BLOCK = 65_536;

/** Writes so many octets of text lines, for as long as the server keeps the connection. */
export async function pour({ bytes, pause }: Services, client: SmtpClient, octets: number): Promise<void> {
  const block = Buffer.alloc(BLOCK, bytes.line('x'.repeat(BLOCK / 1_024 - bytes.CRLF.length)));
  for (let left = octets; left > 0 && !client.connection.ended; left -= BLOCK) {
    client.raw(block.subarray(0, left));
    // The server reads at its own pace.
    await pause(1);
  }
}
