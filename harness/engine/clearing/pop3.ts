import type { Pop3Client } from '../../client/pop3.ts';
import { isOwnByHeader } from './by-header.ts';
import type { Cleared } from './cleared.ts';
import type { Marks } from './own.ts';

/** Newest messages that are looked at; POP3 does not say when one came. */
const NEWEST = 300;

/** Deletes the messages of a run from the maildrop, which is INBOX alone. They go at QUIT (RFC 1939 §6). */
export async function clearByPop3(client: Pop3Client, marks: Marks): Promise<Cleared> {
  const { sizes } = await client.list();
  let [deleted, left] = [0, 0];
  const why: string[] = [];
  for (const number of [...sizes.keys()].slice(-NEWEST)) {
    const whole = async () => (await client.retr(number)).bytes;
    // TOP is optional (RFC 1939 §7).
    const header = (await client.top(number, 0)).bytes ?? (await whole());
    if (!header || !(await isOwnByHeader(header, marks, whole))) continue;
    const reply = await client.command(`DELE ${number}`);
    if (reply.status === '+OK') deleted += 1;
    else {
      left += 1;
      why.push(`DELE is refused: ${reply.text}`);
    }
  }
  const goodbye = await client.command('QUIT');
  if (goodbye.status === '+OK' || deleted === 0) return { deleted, left, why };
  return { deleted: 0, left: left + deleted, why: [...why, `QUIT is refused: ${goodbye.text}`] };
}
