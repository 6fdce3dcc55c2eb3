import type { FaultName } from '../../../model/faults.ts';
import { CR, CRLF, LF, line, lines, NUL } from '../../../wire/bytes.ts';
import type { RelayEnvelope } from '../../options.ts';
import { type Dialogue, startDialogue } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';
import type { RawClient } from '../raw-client.ts';

const HEADER = [
  'X-First: one',
  'X-First: two',
  'From: <probe@client.test>',
  'Date: Mon, 5 Jan 2026 10:00:00 +0000',
  'Subject: folded',
  '\tand long',
  'Message-ID: <1@client.test>',
];
const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';

async function beginOnMx(dialogue: Dialogue, ...recipients: readonly string[]): Promise<RawClient> {
  const { client } = await dialogue.hello('mx');
  await client.ask('MAIL FROM:<probe@client.test>');
  for (const recipient of recipients) await client.ask(`RCPT TO:<${recipient}>`);
  return client;
}

/** A message from outside as it lies in the mailbox then, without what stands above its first field. */
async function delivered(
  dialogue: Dialogue,
  content: Buffer,
  ...recipients: readonly string[]
): Promise<string> {
  const client = await beginOnMx(dialogue, ALICE, ...recipients);
  await client.ask('DATA');
  client.write(Buffer.concat([content, lines('.')]));
  return stored(dialogue, await client.reply());
}

function stored({ reference }: Dialogue, reply: string): string {
  const messages = reference.mailbox(ALICE);
  const text = messages.at(-1)?.content.toString('latin1').split(CRLF.toString()).join('|') ?? '';
  return reply.startsWith('250') ? `${messages.length}: ${text}` : reply;
}

/** A body, or a header, as it is delivered. */
function body(content: string | Buffer, good: RegExp, faulty: RegExp): Observation {
  const octets = typeof content === 'string' ? line(content) : content;
  return {
    good,
    faulty,
    probe: (dialogue) => delivered(dialogue, Buffer.concat([lines(...HEADER, ''), octets])),
  };
}

function header(good: RegExp, faulty: RegExp, more: readonly string[] = []): Observation {
  const content = lines(...more, ...HEADER, '', 'text');
  return { good, faulty, probe: (dialogue) => delivered(dialogue, content) };
}

/** The message by BDAT, in chunks. */
function chunks(good: RegExp, faulty: RegExp, ...parts: readonly Buffer[]): Observation {
  return {
    good,
    faulty,
    async probe(dialogue) {
      const client = await beginOnMx(dialogue, ALICE);
      let reply = '';
      for (const [index, part] of parts.entries()) {
        client.write(
          Buffer.concat([line(`BDAT ${part.length}${index === parts.length - 1 ? ' LAST' : ''}`), part]),
        );
        reply = await client.reply();
      }
      return stored(dialogue, reply);
    },
  };
}

/** What leaves the server of a submitted message for two recipients elsewhere. */
function relayed(fault: FaultName, good: RegExp, faulty: RegExp): Observation {
  return {
    good,
    faulty,
    async probe({ faulty: misbehaves }) {
      const left: RelayEnvelope[] = [];
      const dialogue = await startDialogue({
        faults: misbehaves ? [fault] : [],
        relay: async (envelope) => void left.push(envelope),
      });
      try {
        const client = await dialogue.loggedIn('submission');
        await client.ask(`MAIL FROM:<${ALICE}>`);
        for (const name of ['One', 'Two']) await client.ask(`RCPT TO:<${name}@elsewhere.test>`);
        await client.ask('DATA');
        client.write(lines(`From: <${ALICE}>`, '', 'text', '.'));
        const reply = await client.reply();
        return `${reply.slice(0, 3)} ${left.map(({ recipients }) => recipients.join(' ')).join(' | ')}`;
      } finally {
        await dialogue.end();
      }
    },
  };
}

const LONG = 'x'.repeat(950);
const BASE64_LINE = 'QUJD'.repeat(19);
const FIRST_PART = Buffer.concat([lines(...HEADER, ''), Buffer.from('.dot')]);

/** Faults in what becomes of a message on its way. */
export const MESSAGE_CONTENT: Observations = {
  'message-gets-footer': body('text', /\|text\|$/, /\|text\|Sent by example\.test\|$/),
  'message-loses-trailing-space': body('text  ', /\|text {2}\|$/, /\|text\|$/),
  'message-loses-last-empty-lines': body(lines('text', '', ''), /\|text\|\|\|$/, /\|text\|$/),
  'message-loses-second-dot': body('..dot', /\|\.dot\|$/, /\|dot\|$/),
  'message-breaks-long-lines': body(LONG, /\|x{950}\|$/, /\|x{900}\|x{50}\|$/),
  'message-breaks-overlong-lines': body('x'.repeat(1_500), /^554/, /\|x{900}\|x{600}\|$/),
  'message-loses-eighth-bit': body(Buffer.from([0xe4, ...CRLF]), /\|\xe4\|$/, /\|d\|$/),
  'message-loses-nul': body(Buffer.concat([Buffer.from('a'), NUL, line('b')]), /^554/, /\|ab\|$/),
  'message-bare-cr-becomes-crlf': body(Buffer.concat([Buffer.from('a'), CR, line('b')]), /^554/, /\|a\|b\|$/),
  'message-bare-lf-becomes-crlf': body(Buffer.concat([Buffer.from('a'), LF, line('b')]), /^554/, /\|a\|b\|$/),
  'message-fields-reordered': header(/X-First: one.*\|From: /, /\|From: .*\|X-First: one/),
  'message-fields-unfolded': header(/\|Subject: folded\|\tand long\|/, /\|Subject: folded and long\|/),
  'message-repeated-fields-dropped': header(/X-First: one\|X-First: two\|/, /X-First: one\|From: /),
  'message-unknown-fields-dropped': header(/X-First: one/, /^((?!X-First).)*$/),
  'message-subject-tagged': header(/\|Subject: folded/, /\|Subject: \[checked\] folded/),
  'message-fields-added-below': header(/\|Message-ID: <1@client\.test>\|\|/, /\|X-Checked: yes\|\|/),
  'message-id-replaced': header(/<1@client\.test>/, /<1@example\.test>/),
  'message-date-rewritten': header(/\|Date: Mon, 5 Jan 2026/, /\|Date: Sun, 09 Sep 2001/),
  'message-base64-rewrapped': body(BASE64_LINE, /\|(QUJD){19}\|$/, /\|(QUJD){16}\|(QUJD){3}\|$/),
  'message-parts-decoded': body('a=3Db', /\|a=3Db\|$/, /\|a=b\|$/),
  'message-empty-body-filled': body(
    Buffer.alloc(0),
    /<1@client\.test>\|\|$/,
    /\|\|This message has no text\.\|$/,
  ),
  'message-utf8-header-replaced': header(/X-Name: J\xc3\xb6rg/, /X-Name: J\?\?rg/, ['X-Name: Jörg']),
  'bdat-removes-dots': chunks(/\|\.dot\|$/, /\|dot\|$/, Buffer.concat([FIRST_PART, CRLF])),
  'bdat-ends-chunks-with-crlf': chunks(/\|\.dot more\|$/, /\|\.dot\| more\|$/, FIRST_PART, line(' more')),
  'bdat-refuses-empty-last': chunks(/\|\.dot\|$/, /^501/, FIRST_PART, Buffer.alloc(0)),
  'delivery-keeps-return-path': header(/^((?!else@client\.test).)*$/, /else@client\.test/, [
    'Return-Path: <else@client.test>',
  ]),
  'delivery-trusts-return-path': {
    good: /^Return-Path: <probe@client\.test>$/,
    faulty: /^Return-Path: <else@client\.test>$/,
    async probe(dialogue) {
      await delivered(dialogue, lines('Return-Path: <else@client.test>', ...HEADER, '', 'text'));
      const [top = ''] =
        dialogue.reference.mailbox(ALICE)[0]?.content.toString().split(CRLF.toString()) ?? [];
      return top;
    },
  },
  'received-names-all-recipients': {
    good: /^((?!bob@example\.test).)*$/,
    faulty: /for <alice@example\.test>,<bob@example\.test>/,
    probe: (dialogue) => delivered(dialogue, lines(...HEADER, '', 'text'), BOB),
  },
  'mailbox-gets-two-copies': {
    good: /^1: /,
    faulty: /^2: /,
    probe: (dialogue) => delivered(dialogue, lines(...HEADER, '', 'text'), BOB),
  },
  'submission-keeps-bcc': {
    good: /^((?!Bcc).)*$/,
    faulty: /\|Bcc: <bob@example\.test>\|/,
    async probe(dialogue) {
      const client = await dialogue.loggedIn('submission');
      await client.ask(`MAIL FROM:<${ALICE}>`);
      await client.ask(`RCPT TO:<${ALICE}>`);
      await client.ask('DATA');
      client.write(lines(`From: <${ALICE}>`, `Bcc: <${BOB}>`, 'Subject: hello', '', 'text', '.'));
      return stored(dialogue, await client.reply());
    },
  },
  'relay-lowers-local-parts': relayed(
    'relay-lowers-local-parts',
    /^250 One@elsewhere\.test Two@elsewhere\.test$/,
    /^250 one@elsewhere\.test two@elsewhere\.test$/,
  ),
  'relay-sends-twice': relayed('relay-sends-twice', /^250 [^|]*$/, /^250 [^|]* \| [^|]*$/),
  'imap-size-without-line-ends': {
    good: /same/,
    faulty: /other/,
    async probe(dialogue) {
      await delivered(dialogue, lines(...HEADER, '', 'text'));
      const client = await dialogue.loggedIn('imaps');
      await client.imap('s', 'SELECT INBOX');
      const [response = ''] = await client.imap('f', 'FETCH 1 (RFC822.SIZE)');
      const [, size] = /RFC822\.SIZE (\d+)/.exec(response) ?? [];
      return Number(size) === dialogue.reference.mailbox(ALICE)[0]?.content.length
        ? 'same'
        : `other: ${response}`;
    },
  },
  'pop3-size-counts-line-ends-once': {
    good: /same/,
    faulty: /other/,
    async probe(dialogue) {
      await delivered(dialogue, lines(...HEADER, '', 'text'));
      const client = await dialogue.loggedIn('pop3s');
      const listed = await client.askLine('LIST 1');
      const octets = dialogue.reference.mailbox(ALICE)[0]?.content.length;
      return listed === `+OK 1 ${octets}` ? 'same' : `other: ${listed}`;
    },
  },
};
