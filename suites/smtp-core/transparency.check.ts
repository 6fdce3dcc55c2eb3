import { check } from '../../harness/check/check.ts';
import { message } from './message.ts';
import { refusalIsAboutContent } from './plain-mail.ts';
import { beginTransaction } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

const CONTROL = String.fromCharCode(1, 11, 127);

/** Lines that are easily changed, by what they try. */
const EXACT: Readonly<Record<string, string>> = {
  'two dots': '..',
  'a dot and a letter': '.a',
  'three dots': '...',
  'a dot and a space': '. ',
  'a dot in front of 997 letters': `.${'x'.repeat(997)}`,
};
const FRAGILE: Readonly<Record<string, string>> = {
  'white space at the end': 'text  \t',
  'white space alone': ' \t ',
  'control characters': `one ${CONTROL} two`,
};

export const contentIsTransparent = check(
  {
    id: 'SMTP-013',
    slug: 'content-is-transparent',
    title: 'Dot transparency and content octets are preserved',
    sends:
      'a message with lines that begin with dots, one of them of 998 octets, lines that end in white space, control characters, and an empty last line',
    demands: 'the mailbox holds the same lines',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#4.5.2', 'rfc5321#2.3.8', 'rfc5321#4.1.1.4'],
    ...MAILBOX,
    budget: '15s',
    limits: ['Where only POP3 shows the mailbox, its own dot stuffing stands between.'],
    kills: ['smtp-keeps-stuffed-dots'],
  },
  async (services) => {
    const { verify, nonce, bytes, inMailbox, inconclusive } = services;
    const { client, from } = await beginTransaction(services);
    const lines = [...Object.values(EXACT), ...Object.values(FRAGILE)];
    const content = message(services, { token: nonce, from, body: [...lines, `End of ${nonce}.`, ''] });
    const end = await client.data(content);
    await client.quit();
    await refusalIsAboutContent(services, end);
    if (!verify.reply(end, 'a message with such lines is taken').codeClass(2)) return;
    const stored = await inMailbox({ token: nonce, sent: content });
    if (!stored) return inconclusive('precondition', 'The message was taken and is in no mailbox.');
    const crlf = bytes.CRLF.toString('latin1');
    const body = crlf + stored.body.toString('latin1');
    const holds = (line: string) => body.includes(crlf + line + crlf);
    for (const [name, line] of Object.entries(EXACT)) {
      verify.that(holds(line), {
        demand: `a line with ${name} arrives as it was sent`,
        expected: line.slice(0, 40),
        actual: holds(line) ? line.slice(0, 40) : stored.body,
      });
    }
    verify.that(body.includes(`End of ${nonce}.`), {
      demand: 'the message goes on to its end',
      expected: `End of ${nonce}.`,
      actual: body.slice(-60),
    });
    for (const [name, line] of Object.entries(FRAGILE)) {
      verify.ideally.that(holds(line), {
        demand: `a line with ${name} arrives as it was sent`,
        expected: line,
        actual: holds(line) ? line : stored.body,
      });
    }
  },
);
