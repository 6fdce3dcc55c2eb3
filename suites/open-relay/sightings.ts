import type { ArrivedMessage, Services } from '../../harness/check/check.ts';
import { type GivenTime, giveTime } from '../../harness/steps/given-time.ts';
import { type LocalMail, openMailbox } from './mailbox.ts';

/** What became of a message after a positive reply, as far as it can be seen. */
export type Sighting =
  /** It came to the receiving server of somebody elsewhere: a relay, proven. */
  | { readonly kind: 'delivered'; readonly message: ArrivedMessage }
  /** A report about it came to the sender it names. */
  | { readonly kind: 'bounced'; readonly where: string }
  /** It lies in the mailbox of the account. */
  | { readonly kind: 'kept' }
  /** Nothing of the sort within the time, of which this machine or the lab may have missed a part. */
  | { readonly kind: 'unseen'; readonly given?: GivenTime };

/** A message to look for; `besides`: the copy in the mailbox is not all there is to it. */
export interface Sought {
  readonly token: string;
  readonly besides: boolean;
}

/** Pause between two looks, in milliseconds. */
const LOOK_AGAIN = 250;
/** Looks at the receiving server for each look into the mailbox. */
const MAILBOX_EVERY = 4;

/**
 * Waits until something was seen of every token, at most as long as a delivery may take. A delivery
 * decides, whatever else was seen; who looks into the mailbox is an account of the target.
 */
export async function watchFor(
  services: Services,
  sought: readonly Sought[],
): Promise<ReadonlyMap<string, Sighting>> {
  const sightings = new Map<string, Sighting>(sought.map(({ token }) => [token, { kind: 'unseen' }]));
  if (sought.length === 0) return sightings;
  const { pause, target, note } = services;
  const world = services.lab();
  const mailbox = openMailbox(services);
  const seen = (token: string) => sightings.get(token)?.kind ?? 'unseen';
  const unseen = () => sought.filter(({ token }) => seen(token) === 'unseen').map(({ token }) => token);
  const waits = () =>
    sought.some(({ token, besides }) => seen(token) === 'unseen' || (besides && seen(token) === 'kept'));

  const lookAtSink = async () => {
    const messages = await world.messages();
    for (const { token } of sought) {
      const [first] = messages.filter((message) => carries(message, token)).sort(deliveriesFirst);
      if (!first) continue;
      sightings.set(
        token,
        first.kind === 'delivery'
          ? { kind: 'delivered', message: first }
          : { kind: 'bounced', where: `to <${first.recipients.join('>, <')}>` },
      );
    }
  };
  const lookIntoMailbox = async () => {
    const found = await mailbox.look(unseen());
    for (const [token, what] of found) sightings.set(token, local(what));
  };

  const given = giveTime(services, world.outboundMs);
  for (let look = 0; waits(); look += 1) {
    await lookAtSink();
    const ends = given.left() <= 0;
    if (unseen().length > 0 && (ends || look % MAILBOX_EVERY === 1)) await lookIntoMailbox();
    if (ends) break;
    if (waits()) await pause(LOOK_AGAIN);
  }
  mailbox.close();
  // What was kept or bounced may have been relayed besides.
  if ([...sightings.values()].some(({ kind }) => kind === 'kept' || kind === 'bounced')) {
    await pause(target.timing.quietMs);
    await lookAtSink();
  }
  for (const token of unseen()) {
    note(`nothing was seen of ${token} within ${world.outboundMs} ms`);
    sightings.set(token, { kind: 'unseen', given });
  }
  return sightings;
}

function carries({ recipients, content }: ArrivedMessage, token: string): boolean {
  return recipients.some((one) => one.includes(token)) || content.includes(token);
}

function deliveriesFirst(one: ArrivedMessage, other: ArrivedMessage): number {
  return Number(one.kind === 'report') - Number(other.kind === 'report');
}

function local(what: LocalMail): Sighting {
  return what === 'message' ? { kind: 'kept' } : { kind: 'bounced', where: 'to a mailbox of the target' };
}
