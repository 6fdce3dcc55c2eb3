import { check, type Services, type SmtpReply, type Verify } from '../../harness/check/check.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { type Begun, beginTransaction, dataIsRefused } from './session.ts';
import { DIALOGUE, MESSAGES } from './smtp-check.ts';

/** Messages that many servers refuse at their end, by what they object to. */
const OBJECTIONABLE: readonly {
  readonly name: string;
  readonly content: (services: Services, begun: Begun, token: string) => Buffer;
}[] = [
  {
    name: 'a thousand hops',
    content: (services, { from }, token) =>
      message(services, {
        token,
        from,
        fields: Array.from(
          { length: 1_000 },
          (_, hop) =>
            `Received: from h${hop}.example by h${hop + 1}.example; Mon, 01 Jan 2024 00:00:00 +0000`,
        ),
      }),
  },
  {
    name: 'a bare LF',
    content: (services, { from }, token) => {
      const lines = message(services, { token, from });
      const { LF, CRLF } = services.bytes;
      return Buffer.concat([lines, Buffer.from('one'), LF, Buffer.from('two'), CRLF]);
    },
  },
  {
    name: 'a bare CR',
    content: (services, { from }, token) => {
      const lines = message(services, { token, from });
      const { CR, CRLF } = services.bytes;
      return Buffer.concat([lines, Buffer.from('one'), CR, Buffer.from('two'), CRLF]);
    },
  },
  {
    // The test pattern that every filter of unwanted mail knows.
    name: 'the test pattern of spam filters',
    content: (services, { from }, token) =>
      message(services, {
        token,
        from,
        body: ['XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'],
      }),
  },
];

export const refusedMessagesLeaveNothing = check(
  {
    id: 'SMTP-029',
    slug: 'refused-messages-leave-nothing',
    title:
      'A message that is refused at its end leaves no transaction behind, and no blindness to the next one',
    sends:
      'messages that are refused at their end, then RCPT without MAIL, DATA, and the same message in a transaction of its own',
    demands: 'RCPT and DATA are refused with 503, and the second message is refused as the first was',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5321#4.1.1.4', 'rfc5321#3.3', 'rfc5321#4.1.4'],
    ...MESSAGES,
    budget: '60s',
    limits: ['A server that takes all of these messages shows nothing here.'],
    kills: ['smtp-keeps-envelope-behind-refused-message', 'smtp-looks-at-first-message-only'],
  },
  async (services) => {
    const { variant, notApplicable, nonce, account } = services;
    for (const [index, { name, content }] of OBJECTIONABLE.entries()) {
      await variant(name, async (verify) => {
        const begun = await beginTransaction(services);
        const { client, from } = begun;
        const end = await client.data(content(services, begun, `${nonce}-${index}a`));
        if (isPositive(end)) notApplicable('The message is taken.', lineOf(end));
        if (client.connection.ended)
          notApplicable('The connection is ended behind the refusal.', lineOf(end));
        const rcpt = await client.attempt(`RCPT TO:<${account().address}>`);
        if (rcpt.kind !== 'reply')
          return notApplicable('The connection is ended behind the refusal.', lineOf(end));
        verify.that(!isPositive(rcpt.reply), {
          demand: 'a message that was refused leaves no sender behind',
          expected: '503 for RCPT',
          actual: lineOf(rcpt.reply),
        });
        const { refused, reply } = await dataIsRefused(client);
        verify.that(refused, {
          demand: 'a message that was refused leaves no recipients behind',
          expected: '503 or 554 for DATA',
          actual: lineOf(reply),
        });
        if (!refused) return;
        const mail = await client.command(`MAIL FROM:<${from}>`);
        verify.reply(mail, 'a new transaction may begin behind a refused message').codeClass(2, 4);
        const again = isPositive(mail) ? await client.command(`RCPT TO:<${account().address}>`) : mail;
        if (!isPositive(again)) return;
        const second = await client.data(content(services, begun, `${nonce}-${index}b`));
        verify.that(!isPositive(second), {
          demand: 'the next message of the session is looked at as the first was',
          expected: lineOf(end),
          actual: lineOf(second),
        });
      });
    }
  },
);

type Clears = 'cleared' | 'kept';

/** Commands within a transaction that has a recipient, and what they must do to it. */
const STATES: readonly {
  readonly name: string;
  readonly commands: (services: Services) => readonly string[];
  readonly must: Clears;
  /** Only where EHLO lists it. */
  readonly listed?: string;
}[] = [
  { name: 'RSET', commands: () => ['RSET'], must: 'cleared' },
  { name: 'RSET with a parameter, refused', commands: () => ['RSET extra'], must: 'kept' },
  { name: 'EHLO', commands: ({ helloName }) => [`EHLO ${helloName}`], must: 'cleared' },
  { name: 'HELO', commands: ({ helloName }) => [`HELO ${helloName}`], must: 'cleared' },
  { name: 'EHLO without a name, refused', commands: () => ['EHLO'], must: 'kept' },
  { name: 'NOOP', commands: () => ['NOOP'], must: 'kept' },
  { name: 'VRFY', commands: () => ['VRFY postmaster'], must: 'kept' },
  { name: 'EXPN', commands: () => ['EXPN postmaster'], must: 'kept' },
  { name: 'HELP', commands: () => ['HELP'], must: 'kept' },
  { name: 'an unknown verb', commands: ({ nonce }) => [`X${nonce}`], must: 'kept' },
  {
    name: 'an unknown recipient',
    commands: ({ target, nonce }) => [`RCPT TO:<nosuch-${nonce}@${target.domain}>`],
    must: 'kept',
  },
  { name: 'a recipient that is none', commands: () => ['RCPT TO:<'], must: 'kept' },
  { name: 'MAIL again, refused', commands: () => ['MAIL FROM:<>'], must: 'kept' },
  { name: 'a chunk size that is none', commands: () => ['BDAT x'], must: 'kept', listed: 'CHUNKING' },
  { name: 'STARTTLS, refused', commands: () => ['STARTTLS extra'], must: 'kept', listed: 'STARTTLS' },
  { name: 'AUTH, refused', commands: () => ['AUTH XNONE'], must: 'kept', listed: 'AUTH' },
];

export const stateIsClearedExactly = check(
  {
    id: 'SMTP-030',
    slug: 'state-is-cleared-exactly',
    title: 'RSET, EHLO and HELO clear a transaction; everything else, refusals included, leaves it as it is',
    sends:
      'within a transaction with a recipient: RSET, EHLO, HELO, NOOP, VRFY, EXPN, HELP, unknown and malformed commands, STARTTLS and AUTH that are refused; then DATA',
    demands: 'DATA is refused behind what clears, and taken behind what does not',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#4.1.4', 'rfc5321#4.1.1.5', 'rfc5321#4.1.1.9', 'rfc5321#4.1.1.6', 'rfc3207#4.2'],
    ...DIALOGUE,
    budget: '60s',
    limits: ['A login and a handshake that fail are looked at by the suites submission and starttls.'],
    kills: ['smtp-keeps-envelope-across-rset', 'smtp-verify-clears-envelope', 'smtp-refusals-clear-envelope'],
  },
  async (services) => {
    const { variant, notApplicable } = services;
    for (const { name, commands, must, listed } of STATES) {
      await variant(name, async (verify) => {
        const { client } = await beginTransaction(services);
        if (listed !== undefined && !client.capabilities?.keywords.has(listed))
          notApplicable(`${listed} is not listed here.`, 'EHLO');
        let reply: SmtpReply | undefined;
        for (const command of commands(services)) {
          const seen = await client.attempt(command);
          if (seen.kind !== 'reply') return notApplicable(`${name} ends the connection.`, seen.kind);
          ({ reply } = seen);
        }
        const data = await client.attempt('DATA');
        if (data.kind !== 'reply') return notApplicable(`${name} ends the connection.`, data.kind);
        judge(verify, name, must, reply, data.reply);
        client.connection.close();
      });
    }
  },
);

function judge(
  verify: Verify,
  name: string,
  must: Clears,
  reply: SmtpReply | undefined,
  data: SmtpReply,
): void {
  const shown = `${reply ? lineOf(reply) : 'nothing'}, then DATA: ${lineOf(data)}`;
  if (must === 'cleared') {
    // A second hello that is refused changes nothing, which is as safe.
    if (reply && !isPositive(reply)) {
      verify.ideally.that(false, { demand: `${name} is taken`, expected: '250', actual: shown });
      return;
    }
    verify.that(data.code >= 400, {
      demand: `${name} clears the transaction`,
      expected: '503 or 554 for DATA',
      actual: shown,
    });
    return;
  }
  const kept = data.code === 354;
  // Losing the transaction costs a message; keeping what must go would mix two.
  const softly = isTemporary(data) || (reply !== undefined && isPositive(reply) && /extra/.test(name));
  (softly ? verify.ideally : verify).that(kept, {
    demand: `${name} leaves the transaction as it is`,
    expected: '354 for DATA',
    actual: shown,
  });
}
