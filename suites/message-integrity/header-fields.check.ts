import { check, readHeader } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { removesReceived } from '../../harness/steps/received.ts';
import { mayStrangerBeNamed } from '../../harness/steps/stranger.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { verifySame } from './comparison.ts';
import { valuesOf } from './header.ts';
import { shortLetter } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { NEXT_HOP, onEveryWay, TO_MAILBOX } from './ways.ts';

/** Fields as they may legally be written, and as tidy programs like to write them anew. */
const ODD_FIELDS: readonly (string | readonly string[])[] = [
  [
    'Received: from first.example (first.example [192.0.2.1])',
    '\tby second.example with ESMTP id 1;',
    '\tMon, 3 Nov 2025 10:00:00 +0100',
  ],
  'Received: from second.example by third.example with SMTP id 2; Mon, 3 Nov 2025 10:00:01 +0100 (CET)',
  'X-Unknown-Field: one',
  'X-Unknown-Field: two, with the same name',
  'x-lower-case: stays',
  'X-No-Space:value',
  'X-Much-Space:   \t value',
  ['X-Folded: first', ' second', '\tthird', '   fourth'],
  'X-Empty:',
  'Keywords: one,two ,three',
  'Comments: (a comment) "a quoted string" <no@address>',
  [
    'X-Long:',
    ...Array.from({ length: 40 }, (_, index) => ` <${'reference'.repeat(6)}-${index}@example.test>`),
  ],
  `X-Wide: ${'w'.repeat(900)}`,
  'MIME-Version: 1.0 (made by hand)',
  ['Content-Type: text/plain;', '\tcharset="us-ascii";', ' format=flowed'],
];

export const headerFieldsAreUnchanged = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-010',
    slug: 'header-fields-are-unchanged',
    title: 'Header fields arrive as they were written, in their order; what is added stands on top',
    sends:
      'a message with two Received fields, unknown, repeated, folded, empty, very long and oddly spaced fields',
    demands: 'every field octet by octet, in the same order, with nothing between them or below',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#3.6.3', 'rfc5321#4.4', 'rfc5322#3.6', 'rfc6376#3.4'],
    limits: ['Fields that a filter adds below others are a deviation, as long as those are unchanged.'],
    kills: [
      'message-fields-reordered',
      'message-fields-unfolded',
      'message-repeated-fields-dropped',
      'message-unknown-fields-dropped',
      'message-subject-tagged',
      'message-fields-added-below',
    ],
  },
  (services) =>
    onEveryWay(services, {
      label: 'odd fields',
      compose: (about) => shortLetter(services, { ...about, fields: ODD_FIELDS }),
      judge(verify, { reader, bytes }, { sent }) {
        // What comes to a next hop was submitted, and so may be what a user has without a lab.
        const isSubmitted = reader === NEXT_HOP || !services.hasLab;
        const isRemoved = isSubmitted && removesReceived(services.target, 'submission');
        const octetsOf = (message: Buffer) =>
          readHeader(message).fields.flatMap(({ name, octets }) =>
            isRemoved && name === 'received' ? [] : [octets],
          );
        const [before, after] = [octetsOf(sent), octetsOf(bytes)];
        const kept = after.filter((field) => before.some((one) => one.equals(field)));
        const changed = before.find((field) => !kept.some((one) => one.equals(field)));
        const demand = `${reader}: every field is there, octet by octet`;
        if (changed) {
          verify.missed(demand, { expected: changed.toString('latin1'), actual: sameName(after, changed) });
          return;
        }
        verify.met(demand, `${kept.length} fields`);
        const order = `${reader}: the fields are in their order`;
        const [first] = before;
        if (!verifySame(verify, order, Buffer.concat(before), Buffer.concat(kept)) || !first) return;
        const below = after.slice(after.findIndex((field) => field.equals(first)));
        const added = below.find((field) => !before.some((one) => one.equals(field)));
        const place = `${reader}: what is added stands above what was sent`;
        if (added) verify.ideally.missed(place, { expected: 'nothing new below', actual: added });
        else verify.ideally.met(place, 'nothing new below');
      },
    }),
);

/** The field of this name that came instead. */
function sameName(fields: readonly Buffer[], wanted: Buffer): Buffer | string {
  const name = wanted
    .subarray(0, wanted.indexOf(':') + 1)
    .toString('latin1')
    .toLowerCase();
  const found = fields.find((field) => field.toString('latin1').toLowerCase().startsWith(name));
  return found ?? 'no field of this name';
}

export const messageIdAndDateAreKept = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-011',
    slug: 'message-id-and-date-are-kept',
    title: 'Message-ID and Date that a message brings are kept, whatever they look like',
    sends: 'a message with a date in the past in another zone and a long Message-ID with unusual characters',
    demands: 'both fields are the ones that were sent, and there is one of each',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#6.4', 'rfc6409#8.2', 'rfc6409#8.3', 'rfc5322#3.6.4'],
    kills: ['message-id-replaced', 'message-date-rewritten'],
  },
  (services) =>
    onEveryWay(services, {
      label: 'message id',
      compose: ({ from, to, token }) =>
        services.bytes.lines(
          'Date: Sat, 1 Mar 2025 23:59:59 -0930 (a comment)',
          `From: <${from}>`,
          `To: <${to}>`,
          `Subject: Minutes ${token}`,
          `Message-Id: <${token}+=/?^{}~!#$%&'*.${'long'.repeat(20)}@id.example>`,
          '',
          `The minutes known as ${token}.`,
        ),
      judge(verify, copy, { sent }) {
        const [before, after] = [readHeader(sent), readHeader(copy.bytes)];
        for (const name of ['Message-ID', 'Date']) {
          const octets = ({ fields }: typeof after) =>
            Buffer.concat(fields.filter((one) => one.name === name.toLowerCase()).map((one) => one.octets));
          const demand = `${copy.reader}: ${name} is the one that was sent`;
          verifySame(verify, demand, octets(before), octets(after));
        }
      },
    }),
);

export const returnPathIsReplaced = check(
  {
    id: 'MSG-012',
    slug: 'return-path-is-the-envelope-sender',
    title: 'The Return-Path of a delivered message is the envelope sender, whatever it brought along',
    sends: 'a message with a Return-Path field that names somebody else',
    demands:
      'a Return-Path in the mailbox that is the reverse-path of the envelope, above any other, and no other',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc5321#4.4'],
    roles: ['mx'],
    per: 'target',
    needs: ['account', 'mailbox'],
    considers: [strangersAreServed],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '20s',
    waits: deliveries(2),
    limits: [
      'A store may keep the reverse-path elsewhere, and that there is exactly one field is a SHOULD: deviations only.',
    ],
    kills: ['delivery-trusts-return-path', 'delivery-keeps-return-path'],
  },
  (services) =>
    onEveryWay(services, {
      label: 'return path',
      ways: [TO_MAILBOX],
      compose: (about) =>
        Buffer.concat([
          services.bytes.line('Return-Path: <somebody@else.example>'),
          shortLetter(services, about),
        ]),
      judge(verify, { reader, bytes }, { sent }) {
        // A stranger without a lab may have sent by the null reverse-path, and a name in the header alone.
        const isNamed = mayStrangerBeNamed(services);
        const author = isNamed ? (valuesOf(readHeader(sent).fields, 'from')[0] ?? '') : '<>';
        const found = valuesOf(readHeader(bytes).fields, 'return-path');
        if (found.length > 0)
          verify.equal(
            found[0],
            author,
            `${reader}: the first Return-Path is the reverse-path of the envelope`,
          );
        verify.ideally.equal(found.join(', ') || null, author, `${reader}: there is one Return-Path`);
      },
    }),
);
