import { check, type StoredMessage } from '../../harness/check/check.ts';
import { removesReceived } from '../../harness/steps/received.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { beginTransaction } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

const DATE = /;\s*(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+(\d{2,4})\s+\d{2}:\d{2}(?::\d{2})?\s+(\S+)/;

export const traceIsTold = check(
  {
    id: 'SMTP-021',
    slug: 'trace-is-told',
    title:
      'Trace fields: Received prepended with from/by/with/id and date; exactly one Return-Path on delivery',
    sends: 'one message to two accounts, with forged Received and Return-Path fields',
    demands:
      'a Received field on top that names client, host, protocol and date, the older one below it, one Return-Path with the real sender, and nobody told about the other recipient',
    level: 'MUST',
    severity: 'low',
    asStranger: true,
    clauses: ['rfc5321#4.4', 'rfc5321#4.1.1.4', 'rfc5321#7.2', 'rfc5321#appendix-F.5'],
    ...MAILBOX,
    needs: ['account', 'account-2', 'mailbox', 'vantage'],
    withoutLab: 'decides-in-mailbox',
    budget: '15s',
    limits: [
      'The client address is looked for where the vantages of the lab tell it; without a lab an address literal in front of BY is taken for it, for nobody here knows what the server sees.',
    ],
    kills: [
      'smtp-received-omits-client',
      'received-names-all-recipients',
      'delivery-trusts-return-path',
      'delivery-keeps-return-path',
    ],
  },
  async (services) => {
    const {
      verify,
      nonce,
      hasLab,
      lab,
      account,
      secondAccount,
      inMailbox,
      inconclusive,
      target,
      role,
      helloName,
    } = services;
    const second = secondAccount();
    const address = hasLab ? lab().vantages[0]?.address : undefined;
    const namesClient = (value: string) =>
      hasLab ? address !== undefined && value.includes(address) : isFromAddress(value, helloName);
    // A greylist wants to see each recipient once.
    (await beginTransaction(services, { recipient: second.address })).client.connection.close();
    const { client, from } = await beginTransaction(services);
    const other = await client.command(`RCPT TO:<${second.address}>`);
    if (!isPositive(other)) inconclusive('precondition', `The second account is refused: ${lineOf(other)}`);
    const forged = `from forged.example by elsewhere.example with SMTP id ${nonce}; Mon, 01 Jan 2024 00:00:00 +0000`;
    const content = message(services, {
      token: nonce,
      from,
      fields: [`Return-Path: <forged-${nonce}@forged.example>`, `Received: ${forged}`],
    });
    const end = await client.data(content);
    await client.quit();
    if (!isPositive(end)) inconclusive('precondition', `The message is refused: ${lineOf(end)}`);
    for (const [owner, stranger] of [
      [account(), second],
      [second, account()],
    ] as const) {
      const stored = await inMailbox({ token: nonce, sent: content, account: owner });
      if (!stored)
        return inconclusive(
          'precondition',
          `The message was taken and is not in the mailbox of ${owner.address}.`,
        );
      const received = valuesOf(stored, 'received');
      const own = received.filter((value) => !value.includes('forged.example'));
      const about = own.find(namesClient);
      const removed = removesReceived(target, role);
      if (!removed) {
        verify.that(own.length > 0 && !(received[0]?.includes('forged.example') ?? true), {
          demand: 'the target puts a Received field on top of the others',
          expected: 'a field of its own',
          actual: received[0] ?? 'no Received field',
        });
        const demand = 'Received names the address of the client';
        if (about !== undefined) verify.met(demand, about);
        else
          verify.missed(demand, {
            expected: address ?? 'an address of the client',
            actual: own.join(' | ') || 'no Received field',
          });
      }
      if (about !== undefined) {
        const date = DATE.exec(about);
        verify.that(/\bby\s+\S+/.test(about) && about.includes(helloName), {
          demand: 'Received names the host that received and what the client called itself',
          expected: `from ${helloName} … by …`,
          actual: about,
        });
        const dated = date?.[1]?.length === 4 && /^[+-]\d{4}$/.test(date[2] ?? '');
        verify.ideally.that(dated && /\bwith\s+\S+/.test(about) && /\bid\s+\S+/.test(about), {
          demand: 'Received tells protocol, id, and a date with four digits and a numeric zone',
          expected: 'with, id and date',
          actual: about,
        });
      }
      const disclosed = received.find((value) =>
        recipientsOf(value).includes(stranger.address.toLowerCase()),
      );
      verify.absent(disclosed, 'no recipient is told about another one', {
        what: 'another recipient in Received',
        as: (value) => value,
      });
      const unfolded = received.map((value) => value.replace(/\s+/g, ' '));
      if (!removed)
        verify.that(unfolded.includes(forged), {
          demand: 'an older Received field stays as it was',
          expected: forged,
          actual: received.join(' | '),
        });
      const paths = valuesOf(stored, 'return-path');
      const seen = { expected: `<${from}>`, actual: paths.join(' | ') || 'none' };
      verify.that(
        paths.length === 0 ||
          paths.some((value) => value.includes(`<${from}>`) || (from !== '' && value.includes(from))),
        {
          demand: 'a forged Return-Path does not stand for the real sender',
          ...seen,
        },
      );
      verify.ideally.that(paths.length === 1, { demand: 'final delivery leaves one Return-Path', ...seen });
    }
  },
);

/** A Received field about a client of this name that tells an address of it (RFC 5321 §4.4). */
function isFromAddress(value: string, helloName: string): boolean {
  const [from = ''] = value.split(/\bby\s/);
  return from.includes(helloName) && /\[(?:IPv6:)?[0-9a-f.:]+\]/i.test(from);
}

/** Values of the fields with a name, topmost first. */
function valuesOf({ fields }: StoredMessage, wanted: string): readonly string[] {
  return fields.filter(({ name }) => name === wanted).map(({ value }) => value);
}

/** Addresses in the FOR clause, in lower case; the sender may stand elsewhere in the field. */
function recipientsOf(received: string): readonly string[] {
  const clause = /\bfor\s+([^;()]+)/i.exec(received)?.[1] ?? '';
  return clause.toLowerCase().match(/[^\s<>,]+@[^\s<>,]+/g) ?? [];
}
