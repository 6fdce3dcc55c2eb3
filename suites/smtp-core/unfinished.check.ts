import { check, type Services } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { sendMessage } from './sent-message.ts';
import { beginData, beginTransaction } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

/** What stands where the end should be when the connection ends. */
const ENDINGS: readonly { readonly name: string; readonly octets: (services: Services) => Buffer }[] = [
  { name: 'no dot', octets: () => Buffer.alloc(0) },
  { name: 'CR LF .', octets: () => Buffer.from('.') },
  { name: 'LF . LF', octets: ({ bytes }) => Buffer.concat([bytes.LF, Buffer.from('.'), bytes.LF]) },
];

export const unfinishedMessagesAreDropped = check(
  {
    id: 'SMTP-031',
    slug: 'unfinished-messages-are-dropped',
    title: 'A message whose end never came is not delivered',
    sends: 'messages in front of whose end the connection is closed, then a whole one',
    demands: 'the whole message arrives and none of the others',
    level: 'MUST',
    severity: 'medium',
    asStranger: true,
    clauses: ['rfc5321#4.1.1.4', 'rfc5321#4.1.1.5', 'rfc5321#4.1.1.10'],
    ...MAILBOX,
    needs: ['account', 'mailbox'],
    budget: '20s',
    kills: ['smtp-delivers-unfinished-messages'],
  },
  async (services) => {
    const { verify, nonce, bytes, inMailbox, pause, target, inconclusive } = services;
    for (const [index, { octets }] of ENDINGS.entries()) {
      const { client, from } = await beginTransaction(services);
      await beginData(services, client);
      client.raw(Buffer.concat([message(services, { token: `${nonce}-${index}`, from }), octets(services)]));
      client.connection.halfClose();
      await client.connection.untilEnd(target.timing.replyMs);
      client.connection.close();
    }
    await pause(target.timing.quietMs);
    const token = `${nonce}-whole`;
    const { content, end } = await sendMessage(services, { token });
    const arrived = isPositive(end) ? await inMailbox({ token, sent: content }) : null;
    if (!arrived) inconclusive('precondition', `A whole message does not arrive either: ${lineOf(end)}`);
    for (const [index, { name }] of ENDINGS.entries()) {
      const found = await inMailbox({ token: `${nonce}-${index}`, sent: bytes.lines(''), withinMs: 0 });
      verify.absent(found, `a message that ends with ${name} and the connection is not delivered`, {
        what: 'a message',
        as: ({ bytes: octets, mailbox }) => `a message of ${octets.length} octets in ${mailbox}`,
      });
    }
  },
);
