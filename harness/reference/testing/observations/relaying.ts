import { CRLF, lines } from '../../../wire/bytes.ts';
import { createServerCertificate } from '../../certificates.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';
import type { RawClient } from '../raw-client.ts';

const STRANGER = 'MAIL FROM:<probe@client.test>';
const ELSEWHERE = 'RCPT TO:<x@elsewhere.test>';
const REFUSED = /^5/;
const TAKEN = /^250 2\.1\.5/;

/** What mx says to the last of some commands after EHLO. */
function lastReply(good: RegExp, faulty: RegExp, ...commands: readonly string[]): Observation {
  return {
    good,
    faulty,
    async probe(dialogue) {
      const { client } = await dialogue.hello('mx');
      return lastOf(client, commands);
    },
  };
}

async function lastOf(client: RawClient, commands: readonly string[]): Promise<string> {
  let reply = '';
  for (const command of commands) reply = await client.ask(command);
  return reply;
}

/** A recipient from a stranger, refused by a good server and taken by the faulty one. */
function recipient(path: string): Observation {
  return lastReply(REFUSED, TAKEN, STRANGER, `RCPT TO:<${path}>`);
}

/** A sender to whom mx does not relay, and the faulty one does. */
function sender(path: string): Observation {
  return lastReply(REFUSED, TAKEN, `MAIL FROM:<${path}>`, ELSEWHERE);
}

/** Inside TLS, with a certificate or without; what mx says to a recipient elsewhere. */
function insideTls(showsCertificate: boolean): Observation {
  return {
    good: REFUSED,
    faulty: TAKEN,
    async probe(dialogue) {
      const { client } = await dialogue.hello('mx');
      await dialogue.upgrade(client, 'mx');
      const { context } = await createServerCertificate('client.test');
      await client.tls(showsCertificate ? { secureContext: context } : {});
      return lastOf(client, ['EHLO client.test', STRANGER, ELSEWHERE]);
    },
  };
}

/** A broken login, and what submissions says to MAIL afterwards. */
function afterLogin(...exchange: readonly string[]): Observation {
  return {
    good: /^530/,
    faulty: /^250/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('submissions');
      for (const line of exchange) {
        await client.ask(line.replace('{wrong}', dialogue.plain('wrong')));
      }
      return client.ask('MAIL FROM:<alice@example.test>');
    },
  };
}

/** Alice's message through mx: what it says to the recipient, and the subjects that she and Bob have then. */
function consequence(rcpt: string, good: RegExp, faulty: RegExp): Observation {
  return {
    good,
    faulty,
    async probe(dialogue) {
      const { client } = await dialogue.hello('mx');
      const reply = await lastOf(client, ['MAIL FROM:<alice@example.test>', rcpt]);
      if (!reply.startsWith('250')) return reply;
      await client.ask('DATA');
      client.write(lines('Subject: probe', '', 'text', '.'));
      await client.reply();
      return `250, alice: ${subjects(dialogue, 'alice')}, bob: ${subjects(dialogue, 'bob')}`;
    },
  };
}

function subjects({ reference }: Dialogue, name: string): string {
  return reference
    .mailbox(`${name}@example.test`)
    .map(
      ({ content }) => /^Subject: (.*)$/m.exec(content.toString('latin1').replaceAll(`${CRLF}`, '\n'))?.[1],
    )
    .join(' + ');
}

/** Faults about relaying, and about being too afraid of it. */
export const RELAYING: Observations = {
  'mx-relays-for-everybody': recipient('x@elsewhere.test'),
  'mx-relays-null-sender': sender(''),
  'mx-relays-local-sender': sender('nobody@example.test'),
  'mx-relays-localhost-sender': sender('x@localhost'),
  'mx-relays-literal-sender': sender('x@[127.0.0.1]'),
  'mx-relays-percent-hack': recipient('x%elsewhere.test@example.test'),
  'mx-relays-source-route': recipient('@mail.example.test:x@elsewhere.test'),
  'mx-relays-bang-path': recipient('elsewhere.test!x@example.test'),
  'mx-relays-quoted-local-part': recipient('"x@elsewhere.test"@example.test'),
  'mx-relays-doubled-at': recipient('x@elsewhere.test@example.test'),
  'mx-relays-address-literal': recipient('x@[127.0.0.9]'),
  'mx-relays-by-hello-name': lastReply(REFUSED, TAKEN, 'EHLO localhost', STRANGER, ELSEWHERE),
  'failed-login-grants-relay': afterLogin('AUTH PLAIN {wrong}'),
  'cancelled-login-grants-relay': afterLogin('AUTH PLAIN', '*'),
  'mx-relays-inside-tls': insideTls(false),
  'mx-relays-for-any-client-certificate': insideTls(true),
  'mx-relays-as-backup': recipient('x@backup.test'),
  'mx-relays-subdomains': recipient('x@sub.example.test'),
  'mx-relays-trailing-dot': recipient('x@elsewhere.test.'),
  'mx-bounces-foreign-mail': consequence(ELSEWHERE, REFUSED, /^250, alice: Undelivered mail, bob: $/),
  'mx-drops-foreign-mail': consequence(ELSEWHERE, REFUSED, /^250, alice: , bob: $/),
  'mx-bounces-unknown-users': consequence(
    'RCPT TO:<nobody@example.test>',
    REFUSED,
    /^250, alice: Undelivered mail, bob: $/,
  ),
  'mx-drops-unknown-users': consequence('RCPT TO:<nobody@example.test>', REFUSED, /^250, alice: , bob: $/),
  'mx-notifies-original-recipient': consequence(
    'RCPT TO:<bob@example.test> NOTIFY=SUCCESS ORCPT=rfc822;bob@example.test',
    /^250, alice: Delivery notification, bob: probe$/,
    /^250, alice: , bob: probe \+ Delivery notification$/,
  ),
  'mx-refuses-relay-for-now': lastReply(/^550 5\.7\.1/, /^454 4\.7\.1/, STRANGER, ELSEWHERE),
  'mx-refuses-relay-without-enhanced-code': lastReply(/^550 5\.7\.1/, /^550 Relay/, STRANGER, ELSEWHERE),
  'mx-relays-after-local-recipient': lastReply(
    REFUSED,
    TAKEN,
    STRANGER,
    'RCPT TO:<alice@example.test>',
    ELSEWHERE,
  ),
  'mx-relays-forged-srs': recipient('SRS0=AAAA=TT=elsewhere.test=x@example.test'),
  'mx-refuses-bare-postmaster': lastReply(TAKEN, REFUSED, STRANGER, 'RCPT TO:<postmaster>'),
  'mx-refuses-null-sender': lastReply(/^250/, REFUSED, 'MAIL FROM:<>'),
  'mx-refuses-routing-characters': lastReply(
    TAKEN,
    REFUSED,
    STRANGER,
    'RCPT TO:<alice+x=elsewhere.test@example.test>',
  ),
  'mx-trusts-xclient': lastReply(
    REFUSED,
    TAKEN,
    'XCLIENT ADDR=127.0.0.1',
    'EHLO client.test',
    STRANGER,
    ELSEWHERE,
  ),
  'mx-trusts-proxy-header': {
    good: REFUSED,
    faulty: TAKEN,
    async probe(dialogue) {
      const { client } = await dialogue.connect('mx');
      client.write(lines('PROXY TCP4 127.0.0.1 127.0.0.2 40000 25'));
      if (!dialogue.faulty) await client.reply();
      return lastOf(client, ['EHLO client.test', STRANGER, ELSEWHERE]);
    },
  },
  'mx-takes-programs-as-recipients': recipient('|/bin/true'),
};
