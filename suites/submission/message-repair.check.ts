import { check, type Services } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { decisive } from '../../harness/steps/hand-over.ts';
import { readerOf } from '../../harness/steps/user-mail.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { valuesOf } from './header.ts';
import { type MessageParts, message } from './message.ts';
import { USER_MAIL } from './submission-check.ts';
import { assertDecided, deliveryOf, send } from './transfer.ts';

/** Longest line of a message, in octets without CRLF (RFC 5322 §2.1.1). */
const LINE_LIMIT = 998;

interface Defect {
  readonly name: string;
  readonly parts: (own: string) => Partial<MessageParts>;
  /** What is still wrong when the message arrives, or null. */
  readonly remains: (arrived: Buffer, services: Services) => string | null;
  /** Leaving it as it is breaks what must not leave; otherwise completing it is merely good service. */
  readonly strict: boolean;
}

const DEFECTS: readonly Defect[] = [
  { name: 'without Date', parts: () => ({ without: ['Date'] }), remains: lacks('date'), strict: false },
  {
    name: 'without Message-ID',
    parts: () => ({ without: ['Message-ID'] }),
    remains: lacks('message-id'),
    strict: false,
  },
  { name: 'without From', parts: () => ({ from: [] }), remains: notOneFrom, strict: true },
  {
    name: 'with two From fields',
    // Both name the account itself: a rule about whose name may be used must not answer instead.
    parts: (own) => ({ from: [`From: <${own}>`, `From: "Again" <${own}>`] }),
    remains: notOneFrom,
    strict: true,
  },
  {
    name: 'with a line of 1500 octets',
    parts: () => ({ body: ['a'.repeat(1_500)] }),
    remains: longestLine,
    strict: false,
  },
];

export const defectiveMessagesAreRepaired = check(
  {
    id: 'SUB-019',
    slug: 'defective-messages-are-repaired',
    title: 'The MSA completes or refuses defective messages (Date, Message-ID, missing From)',
    sends:
      'as the first account: messages without Date, without Message-ID, without From, with two From fields, with a line of 1500 octets',
    demands: 'each is refused, or arrives as a message that conforms to RFC 5322',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc6409#8', 'rfc6409#8.2', 'rfc6409#8.3', 'rfc5322#3.6', 'rfc5322#2.1.1'],
    ...USER_MAIL,
    withoutLab: 'decides-in-mailbox',
    considers: [mailLeaves],
    limits: [
      'Without a lab the account writes to itself: what a server leaves alone that it delivers, it may complete when it passes it on.',
    ],
    budget: '50s',
    waits: deliveries(6),
    kills: [
      'submission-adds-no-date',
      'submission-adds-no-message-id',
      'submission-relays-without-from',
      'submission-relays-two-from-fields',
      'submission-relays-long-lines',
    ],
  },
  async (services) => {
    const { variant, account, nonce } = services;
    if (services.hasLab) services.finding(mailLeaves);
    const own = account().address;
    for (const [index, { name, parts, remains, strict }] of DEFECTS.entries()) {
      await variant(name, async (verify) => {
        const token = `${nonce}-defect-${index}`;
        const recipient = await readerOf(services, token);
        const content = message(services, { token, from: own, to: recipient, ...parts(own) });
        const result = await send(services, { sender: own, recipient, content });
        assertDecided(services, result);
        const demand = `a message ${name} is refused or repaired`;
        if (!result.taken) {
          verify.met(demand, decisive(result));
          return;
        }
        const arrived = await deliveryOf(services, result, { recipient, token, content });
        const defect = remains(arrived.content, services);
        const strength = strict ? verify : verify.ideally;
        if (defect === null)
          strength.met(demand, `a message that arrived repaired after ${decisive(result)}`);
        else strength.missed(demand, { expected: 'a refusal or a repair', actual: defect });
      });
    }
  },
);

function lacks(name: string): Defect['remains'] {
  return (arrived) => (valuesOf(arrived, name).length > 0 ? null : `a message that arrived without ${name}`);
}

function notOneFrom(arrived: Buffer): string | null {
  const authors = valuesOf(arrived, 'from');
  return authors.length === 1 ? null : `a message that arrived with ${authors.length} From fields`;
}

function longestLine(arrived: Buffer, { bytes }: Services): string | null {
  const lines = arrived.toString('latin1').split(bytes.CRLF.toString());
  const longest = Math.max(...lines.map(({ length }) => length));
  return longest <= LINE_LIMIT ? null : `a message that arrived with a line of ${longest} octets`;
}
