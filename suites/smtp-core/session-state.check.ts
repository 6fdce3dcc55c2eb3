import { check, type Services, type SmtpReply, type Verify } from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { hops, type MessageParts, message } from './message.ts';
import { beginTransaction, refusalOfData } from './session.ts';
import { DIALOGUE, MESSAGES } from './smtp-check.ts';

/** Messages that many servers refuse at their end, by what they object to. */
const OBJECTIONABLE: readonly {
  readonly name: string;
  readonly content: (services: Services, parts: MessageParts) => Buffer;
}[] = [
  {
    name: 'a thousand hops',
    content: (services, parts) => message(services, { ...parts, fields: hops(1_000) }),
  },
  {
    name: 'a bare LF',
    content: (services, parts) =>
      Buffer.concat([message(services, parts), lineAround(services, services.bytes.LF)]),
  },
  {
    name: 'a bare CR',
    content: (services, parts) =>
      Buffer.concat([message(services, parts), lineAround(services, services.bytes.CR)]),
  },
  {
    // The test pattern that every filter of unwanted mail knows.
    name: 'the test pattern of spam filters',
    content: (services, parts) =>
      message(services, {
        ...parts,
        body: ['XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'],
      }),
  },
];

/** A line with an octet in it. */
function lineAround({ bytes }: Services, octet: Buffer): Buffer {
  return Buffer.concat([Buffer.from('one'), octet, bytes.line('two')]);
}

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
    kills: ['smtp-keeps-envelope-after-refused-message', 'smtp-looks-at-first-message-only'],
  },
  async (services) => {
    const { variant, notApplicable, nonce, account } = services;
    for (const [index, { name, content }] of OBJECTIONABLE.entries()) {
      await variant(name, async (verify) => {
        const { client, from } = await beginTransaction(services);
        const end = await client.data(content(services, { token: `${nonce}-${index}a`, from }));
        if (isPositive(end)) notApplicable('The message is taken.', lineOf(end));
        if (client.connection.ended) notApplicable('The connection is ended after the refusal.', lineOf(end));
        const rcpt = await client.attempt(`RCPT TO:<${account().address}>`);
        if (rcpt.kind !== 'reply')
          return notApplicable('The connection is ended after the refusal.', lineOf(end));
        verify.reply(rcpt.reply, 'a message that was refused leaves no sender behind').codeClass(4, 5);
        const demand = 'a message that was refused leaves no recipients behind';
        if (!(await refusalOfData(verify, client, demand))) return;
        const mail = await client.command(`MAIL FROM:<${from}>`);
        verify.reply(mail, 'a new transaction may begin after a refused message').codeClass(2, 4);
        const again = isPositive(mail) ? await client.command(`RCPT TO:<${account().address}>`) : mail;
        if (!isPositive(again)) return;
        const second = await client.data(content(services, { token: `${nonce}-${index}b`, from }));
        verify.that(!isPositive(second), {
          demand: 'the next message of the session is looked at as the first was',
          expected: `a refusal, such as ${lineOf(end)}`,
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
  readonly command: (services: Services) => string;
  readonly must: Clears;
  /** What it must do where it is a mistake that the server overlooks. */
  readonly obeyed?: Clears;
  /** Only where EHLO lists it. */
  readonly listed?: string;
}[] = [
  { name: 'RSET', command: () => 'RSET', must: 'cleared' },
  { name: 'RSET with a parameter, refused', command: () => 'RSET extra', must: 'kept', obeyed: 'cleared' },
  { name: 'EHLO', command: ({ helloName }) => `EHLO ${helloName}`, must: 'cleared' },
  { name: 'HELO', command: ({ helloName }) => `HELO ${helloName}`, must: 'cleared' },
  { name: 'EHLO without a name, refused', command: () => 'EHLO', must: 'kept', obeyed: 'cleared' },
  { name: 'NOOP', command: () => 'NOOP', must: 'kept' },
  { name: 'VRFY', command: () => 'VRFY postmaster', must: 'kept' },
  { name: 'EXPN', command: () => 'EXPN postmaster', must: 'kept' },
  { name: 'HELP', command: () => 'HELP', must: 'kept' },
  { name: 'an unknown verb', command: ({ nonce }) => `X${nonce}`, must: 'kept' },
  {
    name: 'an unknown recipient',
    command: ({ target, nonce }) => `RCPT TO:<nosuch-${nonce}@${target.domain}>`,
    must: 'kept',
  },
  { name: 'a recipient that is none', command: () => 'RCPT TO:<', must: 'kept' },
  { name: 'MAIL again, refused', command: () => 'MAIL FROM:<>', must: 'kept', obeyed: 'cleared' },
  { name: 'a chunk size that is none', command: () => 'BDAT x', must: 'kept', listed: 'CHUNKING' },
  { name: 'STARTTLS, refused', command: () => 'STARTTLS extra', must: 'kept', listed: 'STARTTLS' },
  { name: 'AUTH, refused', command: () => 'AUTH XNONE', must: 'kept', listed: 'AUTH' },
];

export const stateIsClearedExactly = check(
  {
    id: 'SMTP-030',
    slug: 'state-is-cleared-exactly',
    title: 'RSET, EHLO and HELO clear a transaction; everything else, refusals included, leaves it as it is',
    sends:
      'within a transaction with a recipient: RSET, EHLO, HELO, NOOP, VRFY, EXPN, HELP, unknown and malformed commands, STARTTLS and AUTH that are refused; then DATA',
    demands: 'DATA is refused after what clears, and taken after what does not',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc5321#4.1.4',
      'rfc5321#4.1.1.5',
      'rfc5321#4.1.1.9',
      'rfc5321#4.1.1.6',
      'rfc5321#2.2.1',
      'rfc5321#4.1.1.1',
      'rfc5321#4.1.1.7',
      'rfc5321#4.1.1.8',
      'rfc5321#appendix-F.3',
      'rfc3030#2',
    ],
    ...DIALOGUE,
    budget: '60s',
    limits: ['A login and a handshake that fail are looked at by the suites submission and starttls.'],
    kills: ['smtp-keeps-envelope-across-rset', 'smtp-verify-clears-envelope', 'smtp-refusals-clear-envelope'],
  },
  async (services) => {
    const { variant, notApplicable } = services;
    for (const { name, command, must, obeyed = must, listed } of STATES) {
      await variant(name, async (verify) => {
        const { client } = await beginTransaction(services);
        if (listed !== undefined) assertListed(services, client, listed);
        const seen = await client.attempt(command(services));
        if (seen.kind !== 'reply') return notApplicable(`${name} ends the connection.`, seen.kind);
        const data = await client.attempt('DATA');
        if (data.kind !== 'reply') return notApplicable(`${name} ends the connection.`, data.kind);
        judge(verify, name, isPositive(seen.reply) ? obeyed : must, seen.reply, data.reply);
        client.connection.close();
      });
    }
  },
);

function judge(verify: Verify, name: string, must: Clears, reply: SmtpReply, data: SmtpReply): void {
  const shown = `${lineOf(reply)}, then DATA: ${lineOf(data)}`;
  if (must === 'cleared') {
    // A second hello that is refused changes nothing, which is as safe.
    if (!isPositive(reply)) {
      verify.ideally.missed(`${name} is taken`, { expected: '250', actual: shown });
      return;
    }
    verify.that(data.code >= 400, {
      demand: `${name} clears the transaction`,
      expected: '503 or 554 for DATA',
      actual: shown,
    });
    return;
  }
  // Losing the transaction costs a message; keeping what must go would mix two.
  (isTemporary(data) ? verify.ideally : verify).that(data.code === 354, {
    demand: `${name} leaves the transaction as it is`,
    expected: '354 for DATA',
    actual: shown,
  });
}
