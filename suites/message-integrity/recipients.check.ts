import {
  type ArrivedMessage,
  check,
  type Receiver,
  readHeader,
  type Services,
  type Verify,
} from '../../harness/check/check.ts';
import { giveTime } from '../../harness/steps/given-time.ts';
import { IMAP_ROLES, openImap } from '../../harness/steps/imap-login.ts';
import { assertHasMailbox } from '../../harness/steps/in-mailbox.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { valuesOf } from './header.ts';
import { shortLetter } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { handInToSeveral } from './session.ts';
import { onEveryWay, TO_MAILBOX, TO_NEXT_HOP, tokenOf } from './ways.ts';

export const blindRecipientsStayBlind = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-013',
    slug: 'blind-recipients-stay-blind',
    title: 'What a recipient gets names no other recipient of the envelope',
    sends: 'one message for two recipients that its header does not name, and one with a Bcc field',
    demands: 'no address of the other recipient in any copy; the Bcc field does not leave the server',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#7.2', 'rfc5321#7.6', 'rfc5322#3.6.3'],
    budget: '30s',
    waits: deliveries(5),
    limits: [
      'Without a lab nobody elsewhere gets a copy.',
      'Mail programs are to remove Bcc themselves, so a server that leaves it is a deviation only.',
    ],
    kills: ['received-names-all-recipients', 'submission-keeps-bcc'],
  },
  async (services) => {
    const { variant, inMailbox, hasLab, lab, inconclusive } = services;
    await variant('two mailboxes', async (verify) => {
      const { accounts, token, sent } = await handInToMailboxes(services, 'blind');
      for (const account of accounts) {
        const stored = await inMailbox({ token, sent, account });
        if (!stored)
          return inconclusive('precondition', `The message did not arrive for ${account.address} in time.`);
        const others = accounts.filter((other) => other !== account).map(({ address }) => address);
        verifyBlind(verify, `the copy of ${account.address}`, stored.bytes, others);
      }
    });
    const elsewhere = async (verify: Verify) => {
      const receiver = await lab().receiver();
      const token = tokenOf(services, 'blind', 'out');
      const recipients = ['first', 'second'].map((name) => `${name}-${token}@${receiver.domain}`);
      await handInToSeveral(services, TO_NEXT_HOP, token, recipients);
      const messages = await untilArrived(services, receiver, recipients.length);
      const reached = messages.flatMap((message) => message.recipients);
      if (!recipients.every((recipient) => reached.includes(recipient)))
        return inconclusive('precondition', 'The message did not arrive for every recipient in time.');
      for (const { content, recipients: got } of messages)
        verifyBlind(
          verify,
          `the copy of ${got.join(' and ')}`,
          content,
          recipients.filter((one) => got.length > 1 || !got.includes(one)),
        );
    };
    if (hasLab) await variant('two recipients elsewhere', elsewhere);
    await onEveryWay(services, {
      label: 'bcc field',
      ways: [TO_NEXT_HOP],
      compose: (about) => shortLetter(services, { ...about, fields: ['Bcc: <nobody@blind.example>'] }),
      judge(verify, copy) {
        const [found] = valuesOf(readHeader(copy.bytes).fields, 'bcc');
        verify.ideally.absent(found, 'a submitted message leaves without its Bcc field', {
          what: 'a Bcc field',
          as: (value) => `Bcc: ${value}`,
        });
      },
    });
  },
);

export const localPartsAreKept = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-023',
    slug: 'local-parts-are-kept',
    title: 'The local part of a recipient elsewhere arrives as it was given',
    sends:
      'one message to addresses with capitals, a tag, quoted spaces and every character that an atom may have',
    demands: 'the next hop gets the same local parts, and the same reverse-path',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#2.4', 'rfc5321#4.1.2', 'rfc5321#2.3.11', 'rfc6409#8.8'],
    roles: ['submission', 'submissions'],
    needs: ['account', 'dns', 'sink'],
    withoutLab: 'decides-nothing',
    budget: '20s',
    waits: deliveries(1),
    resources: [],
    limits: ['Local parts that the target refuses are left to the suite smtp-core.'],
    kills: ['relay-lowers-local-parts'],
  },
  async (services) => {
    const { verify, lab, account, inconclusive } = services;
    const receiver = await lab().receiver();
    const token = tokenOf(services, 'local', 'out');
    const recipients = [
      `Mixed.CASE-${token}`,
      `user+Tag-${token}`,
      `"two words ${token}"`,
      `#$%&'*/=?^_\`{|}~-${token}`,
    ].map((localPart) => `${localPart}@${receiver.domain}`);
    const { taken } = await handInToSeveral(services, TO_NEXT_HOP, token, recipients);
    const messages = await untilArrived(services, receiver, taken.length);
    const got = messages.flatMap((message) => message.recipients);
    if (got.length < taken.length)
      return inconclusive(
        'precondition',
        `${got.length} of ${taken.length} recipients were reached in time.`,
      );
    for (const recipient of taken)
      verify.that(got.includes(recipient), {
        demand: 'the recipient is the one that was given',
        expected: recipient,
        actual: got.join(', '),
      });
    const senders = new Set(messages.map(({ sender }) => sender));
    verify.equal([...senders].join(', '), account().address, 'the reverse-path is the one that was given');
  },
);

/** How long duplicates are waited for when everything has come, in milliseconds. */
const SETTLING = 1_500;

export const everyRecipientGetsOneCopy = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-024',
    slug: 'every-recipient-gets-one-copy',
    title: 'Of a message for several recipients, everybody gets exactly one copy',
    sends:
      'one message for three recipients elsewhere, two of them in the same domain, and one for two mailboxes',
    demands: 'one copy for each of them',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#4.1.1.4'],
    budget: '30s',
    resources: [],
    limits: [
      'Without a lab nobody elsewhere gets a copy.',
      'Copies that come later than a moment after the last one are not seen.',
    ],
    kills: ['relay-sends-twice', 'mailbox-gets-two-copies'],
  },
  async (services) => {
    const { variant, target, hasLab, lab, inMailbox, pause, notApplicable, inconclusive } = services;
    const elsewhere = async (verify: Verify) => {
      const receivers = [await lab().receiver(), await lab().receiver({ label: 'other' })];
      const token = tokenOf(services, 'several', 'out');
      const [one, other] = receivers.map(({ domain }) => domain);
      const recipients = [`first-${token}@${one}`, `second-${token}@${one}`, `third-${token}@${other}`];
      await handInToSeveral(services, TO_NEXT_HOP, token, recipients);
      const counts = [2, 1];
      for (const [index, receiver] of receivers.entries())
        await untilArrived(services, receiver, counts[index] ?? 1);
      await pause(SETTLING);
      const got = (await Promise.all(receivers.map((receiver) => receiver.messages())))
        .flat()
        .flatMap((message) => message.recipients);
      const reached = new Set(got);
      if (recipients.some((recipient) => !reached.has(recipient)))
        return inconclusive('timeout', `Not everybody was reached in time, only ${[...reached].join(', ')}.`);
      verify.that(got.length === recipients.length, {
        demand: 'everybody gets one copy',
        expected: recipients.join(', '),
        actual: got.join(', '),
      });
    };
    if (hasLab) await variant('three recipients elsewhere', elsewhere);
    await variant('two mailboxes', async (verify) => {
      if (!IMAP_ROLES.some((role) => target.endpoints[role]))
        return notApplicable(
          'The target declares no IMAP, by which copies are counted.',
          'neither 993 nor 143',
        );
      const { accounts, token, sent } = await handInToMailboxes(services, 'several');
      for (const account of accounts) {
        const { address } = account;
        const stored = await inMailbox({ token, sent, account });
        if (!stored) return inconclusive('timeout', `The message did not arrive for ${address} in time.`);
        await pause(SETTLING);
        const client = await openImap(services, { account });
        await client.select(stored.mailbox, { readOnly: true });
        const { length } = await client.search(`TEXT "${token}"`);
        await client.logout();
        verify.equal(length, 1, `the mailbox of ${address} gets one copy`);
      }
    });
  },
);

/** Hands in one message for the mailboxes of both accounts. */
async function handInToMailboxes(services: Services, label: string) {
  const { target, account, secondAccount, notApplicable } = services;
  if (!target.endpoints.mx) notApplicable('The target declares no mx.', 'no port 25');
  assertHasMailbox(services);
  const accounts = [account(), secondAccount()];
  const token = tokenOf(services, label, 'in');
  const recipients = accounts.map(({ address }) => address);
  const { sent } = await handInToSeveral(services, TO_MAILBOX, token, recipients);
  return { accounts, token, sent };
}

function verifyBlind(
  verify: Services['verify'],
  whose: string,
  content: Buffer,
  blind: readonly string[],
): void {
  const text = content.toString('latin1').toLowerCase();
  const named = blind.find((address) => text.includes(address.toLowerCase()));
  const demand = `${whose} names no other recipient`;
  if (named === undefined) {
    verify.met(demand, `no ${blind.join(', ')}`);
    return;
  }
  const at = text.indexOf(named.toLowerCase());
  verify.missed(demand, {
    expected: `no ${blind.join(', ')}`,
    actual: content.subarray(Math.max(0, at - 80), at + named.length + 10),
  });
}

/** Waits until so many recipients were reached at a server, or the time is over. */
async function untilArrived(
  services: Services,
  receiver: Receiver,
  count: number,
): Promise<readonly ArrivedMessage[]> {
  const given = giveTime(services, services.lab().outboundMs);
  for (;;) {
    const messages = await receiver.messages();
    const reached = messages.reduce((sum, message) => sum + message.recipients.length, 0);
    if (reached >= count || given.left() <= 0) return messages;
    await services.pause(LOOK);
  }
}

/** Pause between two looks, in milliseconds. */
const LOOK = 200;
