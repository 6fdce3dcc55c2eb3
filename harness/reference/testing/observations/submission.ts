import type { Role } from '../../../model/roles.ts';
import { lines } from '../../../wire/bytes.ts';
import { type Dialogue, reachability } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';

const SUBMISSIONS = ['submission', 'submissions'] as const;

/** Commands on both submission roles inside TLS; the replies to all of them, joined. */
function onBoth(...commands: readonly string[]) {
  return async (dialogue: Dialogue): Promise<string> => {
    const found: string[] = [];
    for (const role of SUBMISSIONS) {
      const { client } = await dialogue.inside(role);
      for (const command of commands) found.push(await client.ask(command));
    }
    return found.join(' / ');
  };
}

/** A message without AUTH to a recipient; the replies from MAIL on, up to the first refusal. */
async function unauthenticated(dialogue: Dialogue, role: Role, recipient: string): Promise<string> {
  const { client } = await dialogue.inside(role);
  const replies: string[] = [];
  for (const command of ['MAIL FROM:<probe@client.test>', `RCPT TO:<${recipient}>`, 'DATA']) {
    const reply = await client.ask(command);
    replies.push(reply.slice(0, 3));
    if (!/^[23]/.test(reply)) return replies.join(' ');
  }
  client.write(lines('From: probe@client.test', '', 'text', '.'));
  replies.push((await client.reply()).slice(0, 3));
  return replies.join(' ');
}

function unauthenticatedOnBoth(recipient: string, faulty: RegExp): Observation {
  return {
    good: /^530 \/ 530$/,
    faulty,
    probe: async (dialogue) =>
      `${await unauthenticated(dialogue, 'submission', recipient)} / ${await unauthenticated(dialogue, 'submissions', recipient)}`,
  };
}

/** Faults of the submission service. */
export const SUBMISSION: Observations = {
  'submission-closed': {
    good: /^listens$/,
    faulty: /^closed$/,
    probe: (dialogue) => reachability(dialogue, 'submission'),
  },
  'submission-takes-unauthenticated-mail': {
    good: /^530 530$/,
    faulty: /^250 250 354 250 250 550$/,
    probe: async (dialogue) =>
      `${await unauthenticated(dialogue, 'submission', 'alice@example.test')} ${await unauthenticated(dialogue, 'submissions', 'x@elsewhere.test')}`,
  },
  'submission-relays-unauthenticated-mail': unauthenticatedOnBoth(
    'x@elsewhere.test',
    /^250 250 354 250 \/ 250 250 354 250$/,
  ),
  'submission-refuses-at-rcpt': unauthenticatedOnBoth('alice@example.test', /^250 554 \/ 250 554$/),
  'submission-demands-auth-with-other-code': unauthenticatedOnBoth('alice@example.test', /^550 \/ 550$/),
  'submissions-takes-unauthenticated-mail': unauthenticatedOnBoth(
    'alice@example.test',
    /^530 \/ 250 250 354 250$/,
  ),
  'submission-refuses-null-sender': {
    good: /^250.* 250/,
    faulty: /^550.* 550/,
    async probe(dialogue) {
      const first = await (await dialogue.loggedIn('submission')).ask('MAIL FROM:<>');
      return `${first} ${await (await dialogue.loggedIn('submissions')).ask('MAIL FROM:<>')}`;
    },
  },
  'submission-offers-etrn': {
    good: /^((?!ETRN).)*502.*502/,
    faulty: /ETRN.* 250 .*ETRN.* 250 /,
    probe: onBoth('EHLO client.test', 'ETRN example.test'),
  },
  'submission-omits-extensions': {
    good: /PIPELINING.*PIPELINING/,
    faulty: /^((?!PIPELINING|ENHANCEDSTATUSCODES|8BITMIME|DSN).)*$/,
    probe: onBoth('EHLO client.test'),
  },
};
