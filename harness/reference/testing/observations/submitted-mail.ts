import type { Role } from '../../../model/roles.ts';
import { base64, CRLF, lines } from '../../../wire/bytes.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';

const OWN = [
  'From: <alice@example.test>',
  'Date: Mon, 5 Jan 2026 10:00:00 +0000',
  'Message-ID: <1@client.test>',
];

/** Alice's message to herself on a role: the reply that decided, and what lies in her mailbox then. */
async function toHerself(
  dialogue: Dialogue,
  role: Role,
  { sender = 'alice@example.test', header = OWN, body = 'text' } = {},
): Promise<string> {
  const client = await dialogue.loggedIn(role);
  const mail = await client.ask(`MAIL FROM:<${sender}>`);
  if (!mail.startsWith('250')) return mail;
  await client.ask('RCPT TO:<alice@example.test>');
  await client.ask('DATA');
  client.write(lines(...header, '', body, '.'));
  const reply = await client.reply();
  const [message] = dialogue.reference.mailbox('alice@example.test').slice(-1);
  return reply.startsWith('250')
    ? `250 ${message?.content.toString('latin1').split(CRLF.toString()).join('|')}`
    : reply;
}

/** A defect of a message that is repaired or refused, and under the fault arrives as it is. */
function defective(header: readonly string[], good: RegExp, faulty: RegExp, body = 'text'): Observation {
  return {
    good,
    faulty,
    probe: (dialogue) => toHerself(dialogue, 'submission', { header: [...header], body }),
  };
}

function withoutField(name: string): string[] {
  return OWN.filter((field) => !field.startsWith(`${name}:`));
}

/** The Received field of a message that arrived. */
function received(faulty: RegExp): Observation {
  return {
    good: /Received: .*with ESMTPSA .*tls TLS_/,
    faulty,
    async probe(dialogue) {
      const message = await toHerself(dialogue, 'submission');
      return message.slice(0, message.indexOf('From:'));
    },
  };
}

/** Bob's address in envelope and From, on both roles. */
function asBob(faulty: RegExp): Observation {
  const header = ['From: <bob@example.test>'];
  const codeOn = async (dialogue: Dialogue, role: Role) =>
    (await toHerself(dialogue, role, { sender: 'bob@example.test', header })).slice(0, 3);
  return {
    good: /^550 550$/,
    faulty,
    probe: async (dialogue) =>
      `${await codeOn(dialogue, 'submission')} ${await codeOn(dialogue, 'submissions')}`,
  };
}

/** One command on both roles inside TLS, without a login; the codes of the replies. */
function onBoth(good: RegExp, faulty: RegExp, ...commands: readonly string[]): Observation {
  return {
    good,
    faulty,
    async probe(dialogue) {
      const replies: string[] = [];
      for (const role of ['submission', 'submissions'] as const) {
        const { client } = await dialogue.inside(role);
        for (const command of commands) replies.push(await client.ask(command));
      }
      return replies.join(' / ');
    },
  };
}

/** RCPT of an authenticated user; without a way out, a good server has no route for others. */
function recipient(address: string, good: RegExp, faulty: RegExp): Observation {
  return {
    good,
    faulty,
    async probe(dialogue) {
      const client = await dialogue.loggedIn('submission');
      await client.ask('MAIL FROM:<alice@example.test>');
      return client.ask(`RCPT TO:<${address}>`);
    },
  };
}

/** Faults in what becomes of submitted mail, and rules that one of the two ports has alone. */
export const SUBMITTED_MAIL: Observations = {
  'submission-denies-relay-to-users': recipient('x@elsewhere.test', /^550 5\.4\.4/, /^554 5\.7\.1/),
  'submission-received-denies-auth': received(/with ESMTP id/),
  'submission-received-without-cipher': received(/^((?!tls ).)*$/),
  'submission-removes-received': received(/^((?!Received:).)*$/),
  'submission-sends-as-other-user': asBob(/^250 250$/),
  'submissions-sends-as-other-user': asBob(/^550 250$/),
  'submission-takes-foreign-from': defective(['From: <bob@example.test>'], /^550/, /^250/),
  'submission-forwards-unqualified-sender': {
    good: /^550/,
    faulty: /^250/,
    probe: (dialogue) => toHerself(dialogue, 'submission', { sender: 'alice@host' }),
  },
  'submission-forwards-unqualified-recipient': recipient('x@host', /^554 5\.1\.2/, /^550 5\.4\.4/),
  'submission-adds-no-date': defective(withoutField('Date'), /^250 .*\|Date: /, /^250 ((?!\|Date:).)*$/),
  'submission-adds-no-message-id': defective(
    withoutField('Message-ID'),
    /^250 .*\|Message-ID: </,
    /^250 ((?!\|Message-ID:).)*$/,
  ),
  'submission-relays-without-from': defective(withoutField('From'), /^550 5\.6\.0/, /^250/),
  'submission-relays-two-from-fields': defective([...OWN, OWN[0] ?? ''], /^550 5\.6\.0/, /^250/),
  'submission-relays-long-lines': defective(OWN, /^554/, /^250 .*x{1500}/, 'x'.repeat(1_500)),
  'submissions-relays-unauthenticated-mail': onBoth(
    /^530[^/]* \/ [^/]* \/ 530/,
    /^530[^/]* \/ [^/]* \/ 250[^/]* \/ 250/,
    'MAIL FROM:<probe@client.test>',
    'RCPT TO:<x@elsewhere.test>',
  ),
  'submissions-offers-weak-mechanisms': onBoth(
    /^((?!CRAM-MD5).)*$/,
    /^[^/]* \/ .*CRAM-MD5/,
    'EHLO client.test',
  ),
  'submissions-accepts-empty-password': onBoth(
    /^535[^/]* \/ 535/,
    /^535[^/]* \/ 235/,
    `AUTH PLAIN ${base64('\0alice@example.test\0')}`,
  ),
};
