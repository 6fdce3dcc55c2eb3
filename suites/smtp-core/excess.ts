import type { Services, SmtpClient } from '../../harness/check/check.ts';

/** Largest announced size above which octets are really sent. */
export const AFFORDABLE = 12 * 1_048_576;
/** How many octets more than announced are sent. */
export const EXCESS = 65_536;
/** Long enough that a server which counts a line end as one octet comes to nearly the same size. */
const LINE = 'x'.repeat(900);
const LINES_AT_A_TIME = 64;

/** Writes so many octets of text lines, for as long as the server keeps the connection. */
export async function pour({ bytes, pause }: Services, client: SmtpClient, octets: number): Promise<void> {
  const block = bytes.lines(...Array.from({ length: LINES_AT_A_TIME }, () => LINE));
  for (let left = octets; left > 0 && !client.connection.ended; left -= block.length) {
    client.raw(block.subarray(0, left));
    // The server reads at its own pace.
    await pause(1);
  }
}
