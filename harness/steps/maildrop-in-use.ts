import type { Account, Pop3Client, Pop3Reply, Services } from '../check/check.ts';
import { type GivenTime, giveTime } from './given-time.ts';

/** Patience with a maildrop that another session has, from the first refusal on, and the pause between two tries, in milliseconds. */
const LOCKED_FOR = 20_000;
const LOCK_PAUSE = 500;

/** The reply to a login that was tried, undefined where it could not be; and the session, where each try has its own. */
export interface LoginTrial {
  readonly reply: Pick<Pop3Reply, 'responseCode'> | undefined;
  readonly client?: Pop3Client;
}

/**
 * Repeats a login while another session has the maildrop (RFC 1939 §4), whose watch is asked to make room: what is
 * refused for that says nothing about the login. Returns the last trial.
 */
export async function whileInUse<Trial extends LoginTrial>(
  services: Pick<Services, 'mailboxes' | 'ownDelay' | 'pause'>,
  account: Account | undefined,
  attempt: () => Promise<Trial>,
): Promise<Trial> {
  let patience: GivenTime | undefined;
  for (;;) {
    const trial = await attempt();
    if (trial.reply?.responseCode !== 'IN-USE') return trial;
    patience ??= giveTime(services, LOCKED_FOR);
    if (patience.left() <= 0) return trial;
    trial.client?.connection.close();
    // A session by IMAP may hold the maildrop too.
    if (account) services.mailboxes.makeRoom(account);
    await services.pause(LOCK_PAUSE);
  }
}
