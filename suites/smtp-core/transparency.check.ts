import { check, type Verify } from '../../harness/check/check.ts';
import { takenMessage } from './plain-mail.ts';
import { sendMessage } from './sent-message.ts';
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
    needs: ['account', 'mailbox'],
    budget: '15s',
    limits: ['Where only POP3 shows the mailbox, its own dot stuffing stands between.'],
    kills: ['smtp-keeps-stuffed-dots'],
  },
  async (services) => {
    const { verify, nonce, bytes } = services;
    const lines = [...Object.values(EXACT), ...Object.values(FRAGILE)];
    const sent = await sendMessage(services, { token: nonce, body: [...lines, `End of ${nonce}.`, ''] });
    const stored = await takenMessage(services, verify, sent, 'a message with such lines');
    if (!stored) return;
    const crlf = bytes.CRLF.toString('latin1');
    const body = crlf + stored.body.toString('latin1');
    const holds = (strength: Pick<Verify, 'that'>, [name, line]: [string, string]) => {
      const held = body.includes(crlf + line + crlf);
      const [demand, expected] = [`a line with ${name} arrives as it was sent`, line.slice(0, 40)];
      strength.that(held, { demand, expected, actual: held ? expected : stored.body });
    };
    for (const entry of Object.entries(EXACT)) holds(verify, entry);
    verify.that(body.includes(`End of ${nonce}.`), {
      demand: 'the message goes on to its end',
      expected: `End of ${nonce}.`,
      actual: body.slice(-60),
    });
    for (const entry of Object.entries(FRAGILE)) holds(verify.ideally, entry);
  },
);
