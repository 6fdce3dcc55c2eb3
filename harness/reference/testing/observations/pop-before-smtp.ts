import { setTimeout as pause } from 'node:timers/promises';
import type { Dialogue } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';
import { openRaw, type RawClient } from '../raw-client.ts';

/** In the window that a fault brings along, and after its declared end, in milliseconds after the login. */
const INSIDE = 2_000;
const BEHIND = 3_300;

const OWN = 'alice@example.test';
const NEIGHBOUR = '127.0.0.99';

/**
 * What mx says to a recipient elsewhere, `5.4.4` where it would relay if it knew a way, `5.7.1` where it
 * would not.
 */
async function recipientElsewhere(
  dialogue: Dialogue,
  { sender = OWN, from = '127.0.0.1' } = {},
): Promise<string> {
  const client = await openRaw(dialogue.reference.target.endpoints.mx, from);
  await client.reply();
  await client.ask('EHLO client.test');
  await client.ask(`MAIL FROM:<${sender}>`);
  const reply = await client.ask('RCPT TO:<x@elsewhere.test>');
  client.close();
  return reply.slice(4, 9);
}

function relaysAfter(act: (dialogue: Dialogue) => Promise<unknown>, envelope = {}): Observation {
  return {
    good: /^5\.7\.1$/,
    faulty: /^5\.4\.4$/,
    async probe(dialogue) {
      await act(dialogue);
      return recipientElsewhere(dialogue, envelope);
    },
  };
}

const pop3Login = (dialogue: Dialogue) => dialogue.loggedIn('pop3s');

/** Logs in by POP3 after a line by which the client says where it comes from. */
async function asserted(dialogue: Dialogue, line: string): Promise<string> {
  const { client } = await dialogue.inside('pop3s');
  await client.askLine(line);
  await passwordLogin(dialogue, client);
  return recipientElsewhere(dialogue, { from: NEIGHBOUR });
}

async function passwordLogin(dialogue: Dialogue, client: RawClient, password = dialogue.password()) {
  await client.askLine(`USER ${OWN}`);
  return client.askLine(`PASS ${password}`);
}

/** Faults of POP before SMTP; but for the fault, the server does not offer it. */
export const POP_BEFORE_SMTP: Observations = {
  'mx-trusts-private-networks': relaysAfter(async () => undefined, { sender: 'stranger@client.test' }),
  'pop3-login-opens-relay': relaysAfter(pop3Login),
  'pop3-login-opens-submission': {
    good: /^530/,
    faulty: /^250/,
    async probe(dialogue) {
      await pop3Login(dialogue);
      return (await dialogue.inside('submission')).client.ask(`MAIL FROM:<${OWN}>`);
    },
  },
  'imap-login-opens-relay': relaysAfter((dialogue) => dialogue.loggedIn('imaps')),
  'pop-before-smtp-never-expires': relaysAfter(async (dialogue) => {
    await pop3Login(dialogue);
    await pause(BEHIND);
  }),
  'pop-before-smtp-longer-than-declared': relaysAfter(async (dialogue) => {
    await pop3Login(dialogue);
    await pause(BEHIND);
  }),
  'pop-before-smtp-refreshed-by-smtp': relaysAfter(async (dialogue) => {
    await pop3Login(dialogue);
    await pause(INSIDE);
    await recipientElsewhere(dialogue);
    await pause(BEHIND - INSIDE);
  }),
  'pop-before-smtp-opened-by-failed-login': relaysAfter(async (dialogue) => {
    const { client } = await dialogue.inside('pop3s');
    await passwordLogin(dialogue, client, 'wrong');
  }),
  'pop-before-smtp-opened-by-connection': relaysAfter((dialogue) => dialogue.connect('imap')),
  'pop-before-smtp-opened-by-cleartext-login': relaysAfter(async (dialogue) => {
    const { client } = await dialogue.connect('pop3');
    await passwordLogin(dialogue, client);
  }),
  'pop-before-smtp-grants-network': relaysAfter(pop3Login, { from: NEIGHBOUR }),
  'pop-before-smtp-takes-any-sender': relaysAfter(pop3Login, { sender: 'stranger@client.test' }),
  'pop-before-smtp-believes-asserted-address': {
    good: /^5\.7\.1 5\.7\.1$/,
    faulty: /^5\.4\.4 5\.4\.4$/,
    probe: async (dialogue) =>
      `${await asserted(dialogue, `XCLIENT ADDR=${NEIGHBOUR}`)} ${await asserted(dialogue, `PROXY TCP4 ${NEIGHBOUR} 127.0.0.1 40000 110`)}`,
  },
};
