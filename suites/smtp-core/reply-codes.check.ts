import {
  type Connection,
  check,
  type Services,
  type SmtpClient,
  type Verify,
} from '../../harness/check/check.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { beginTransaction, openAnonymous } from './session.ts';
import { DIALOGUE } from './smtp-check.ts';

/** Longest reply line with its CRLF, in octets (RFC 5321 §4.5.3.1.5). */
const REPLY_LINE = 512;
/** Lines of one reply that are read; more is no reply. */
const MOST_LINES = 100;

interface RawReply {
  readonly command: string;
  readonly lines: readonly { readonly text: string; readonly terminator: 'CRLF' | 'LF' }[];
}

export const repliesAreConsistent = check(
  {
    id: 'SMTP-005',
    slug: 'replies-are-consistent',
    title: 'Reply codes and enhanced status codes are consistent; reply lines stay within 512 octets',
    sends: 'EHLO, NOOP, a bad MAIL, RCPT without MAIL, VRFY, an unknown recipient, DATA, NOOP again',
    demands:
      'one reply for each command: three digits, the same on every line, an enhanced status code of the same class, CRLF at the end',
    level: 'MUST',
    severity: 'low',
    clauses: [
      'rfc5321#4.3.2',
      'rfc5321#4.2',
      'rfc2034#4',
      'rfc5321#4.5.3.1.5',
      'rfc5321#2.3.8',
      'rfc5321#4.2.1',
      'rfc6409#7',
    ],
    ...DIALOGUE,
    budget: '15s',
    limits: ['Only the replies that this check draws are looked at.'],
    kills: ['smtp-enhanced-code-contradicts', 'smtp-mixes-codes-in-reply', 'smtp-answers-noop-twice'],
  },
  async (services) => {
    const { verify, target, nonce, helloName } = services;
    const replies: RawReply[] = [];
    /** Asks one question after the other, and returns what comes unasked. */
    const askAll = async ({ connection }: SmtpClient, ...commands: readonly string[]) => {
      for (const command of commands) replies.push(await askRaw(services, connection, command));
      const extra = await connection.watch(target.timing.quietMs);
      connection.close();
      return extra;
    };
    const unknown = `RCPT TO:<nosuch-${nonce}@${target.domain}>`;
    const plain = await openAnonymous(services);
    const enhanced = extensionsOf(plain).has('ENHANCEDSTATUSCODES');
    const extra = await askAll(plain, `EHLO ${helloName}`, 'NOOP', 'MAIL FROM:<', unknown);
    const { client } = await beginTransaction(services);
    const more = await askAll(client, unknown, 'VRFY postmaster', 'RSET', 'NOOP');

    for (const reply of replies) judge(verify, reply, enhanced);
    verify.nothing(extra, 'there is one reply for each command');
    verify.nothing(more, 'there is one reply for each command');
  },
);

async function askRaw({ bytes }: Services, connection: Connection, command: string): Promise<RawReply> {
  connection.send(bytes.line(command));
  const lines: RawReply['lines'][number][] = [];
  for (;;) {
    const { bytes: octets, terminator } = await connection.readLine(`the reply to ${command}`);
    const text = octets.toString('latin1');
    lines.push({ text, terminator });
    if (!/^\d{3}-/.test(text) || lines.length === MOST_LINES) return { command, lines };
  }
}

function judge(verify: Verify, { command, lines }: RawReply, enhanced: boolean): void {
  const [verb = ''] = command.split(/[ :]/, 1);
  const codes = lines.map(({ text }) => /^([2-5][0-5]\d)(?:[ -]|$)/.exec(text)?.[1]);
  const actual = lines.map(({ text }) => text).join(' / ');
  const [code] = codes;
  const wellFormed = verify.that(code !== undefined && codes.every((one) => one === code), {
    demand: `the reply to ${verb} has one code of three digits on all its lines`,
    expected: 'a code from 200 to 559',
    actual,
  });
  if (!wellFormed || code === undefined) return;
  const inCrlf = lines.every(({ terminator }) => terminator === 'CRLF');
  verify.that(inCrlf, { demand: `the reply to ${verb} ends in CRLF`, expected: 'CRLF', actual });
  const longest = Math.max(...lines.map(({ text }) => text.length + 2));
  verify.ideally.that(longest <= REPLY_LINE, {
    demand: `the lines of the reply to ${verb} are no longer than ${REPLY_LINE} octets`,
    expected: `${REPLY_LINE} octets at most`,
    actual: `${longest} octets`,
  });
  const hasText = lines.every(({ text }) => text.length > 4);
  const expected = 'a text after the code';
  verify.ideally.that(hasText, { demand: `the reply to ${verb} has a text`, expected, actual });
  if (!enhanced || verb === 'EHLO' || code.startsWith('3')) return;
  for (const { text } of lines) {
    const status = /^\d{3}[ -]([245])\.\d{1,3}\.\d{1,3}(?: |$)/.exec(text)?.[1];
    const seen = { expected: `${code.charAt(0)}.x.x after ${code}`, actual: text };
    if (status === undefined)
      verify.ideally.missed(`the reply to ${verb} carries an enhanced status code, as announced`, seen);
    else
      verify.that(code.startsWith(status), {
        demand: `the enhanced status code of the reply to ${verb} is of the class of its code`,
        ...seen,
      });
  }
}
