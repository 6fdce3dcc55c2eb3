import { check, type Services, type VerifiedSignature } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { giveTime } from '../../harness/steps/given-time.ts';
import { assertDeliversItself } from '../../harness/steps/own-delivery.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { type About, letter } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { extensionsWithout, fateOf, handTo } from './next-hop.ts';
import { assertListed } from './session.ts';
import { assertTaken, TO_NEXT_HOP } from './ways.ts';

const LONG = 998;
const BOUNDARY = 'part-of-the-minutes';
const GREETINGS = 'Grüße, поздрав, 挨拶';
const OFFERS = { everything: extensionsWithout(), no8Bit: extensionsWithout('8BITMIME', 'SMTPUTF8') };

/** Bodies, and next hops that offer what they need or do not. */
const INPUTS: readonly {
  readonly name: string;
  readonly label: string;
  readonly offers: { readonly plain: string[]; readonly tls: string[] };
  readonly fields: readonly string[];
  readonly body: readonly string[];
}[] = [
  {
    name: 'eight bits, to a next hop that takes them',
    label: 'eight-taken',
    offers: OFFERS.everything,
    fields: ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
    body: [GREETINGS, '.', 'two spaces  '],
  },
  {
    name: 'eight bits, to a next hop without 8BITMIME',
    label: 'eight-not-taken',
    offers: OFFERS.no8Bit,
    fields: ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
    body: [GREETINGS, '.', 'two spaces  '],
  },
  {
    name: 'a part of eight bits, to a next hop without 8BITMIME',
    label: 'eight-part',
    offers: OFFERS.no8Bit,
    fields: [`Content-Type: multipart/mixed; boundary="${BOUNDARY}"`, 'Content-Transfer-Encoding: 8bit'],
    body: [
      `--${BOUNDARY}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      GREETINGS,
      `--${BOUNDARY}--`,
    ],
  },
  {
    name: 'long lines, to a next hop that offers nothing',
    label: 'bare',
    offers: { plain: [], tls: [] },
    fields: ['Content-Type: text/plain; charset=us-ascii'],
    body: ['x'.repeat(LONG), '.', '..', '', 'the end'],
  },
];

export const ownSignaturesSurvive = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-025',
    slug: 'own-signatures-survive-the-next-hop',
    title: 'A signature of the target holds at the next hop, whatever that offers',
    sends:
      'mail of a user with eight bits, in a part too, and with long lines, to next hops with and without 8BITMIME and to one that offers nothing',
    demands: 'what arrives has a signature of the domain of the author that verifies, or nothing is sent on',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc6376#5.3', 'rfc6152#3'],
    roles: ['submission', 'submissions'],
    withoutLab: 'decides-nothing',
    budget: '40s',
    waits: deliveries(2),
    kills: ['outbound-encodes-signed-8bit', 'outbound-encodes-8bit-wrongly'],
  },
  async (services) => {
    const { variant, lab, target, inconclusive } = services;
    await assertSigned(services);
    await assertListed(services, TO_NEXT_HOP, '8BITMIME');
    const journeys = [];
    for (const input of INPUTS) {
      // A smarthost offers everything, whatever the next one does.
      if (input.offers !== OFFERS.everything && target.claims.smarthost) {
        await variant(input.name, async () => assertDeliversItself(services));
        continue;
      }
      const receiver = await lab().receiver({ label: input.label, extensions: input.offers });
      const handed = await handTo(services, receiver, {
        label: input.label,
        parameters: 'BODY=8BITMIME',
        compose: (about) => written(services, about, input),
      });
      journeys.push({ ...input, receiver, handed, given: giveTime(services, services.lab().outboundMs) });
    }
    for (const { name, offers, receiver, handed, given } of journeys) {
      await variant(name, async (verify) => {
        assertTaken(services, handed.offered);
        const fate = await fateOf(services, receiver, handed.token, given);
        const demand = 'the signature of the target verifies over what arrives';
        if (fate.kind === 'sent') {
          const own = await ownSignatures(services, fate.message.content);
          verify.that(isGood(own), { demand, expected: 'pass', actual: linesOf(own) });
          return;
        }
        if (fate.kind === 'unseen' || offers === OFFERS.everything)
          return inconclusive('timeout', `The message did not arrive in time: ${fate.seen}.`);
        verify.met(demand, `nothing was sent on: ${fate.seen}`);
      });
    }
  },
);

function written(services: Services, about: About, { fields, body }: (typeof INPUTS)[number]): Buffer {
  return letter(services, {
    ...about,
    fields: ['MIME-Version: 1.0', ...fields],
    body: services.bytes.lines(...body),
  });
}

/** Ends the check where ordinary mail of the account is not signed, or not well: that is another matter. */
async function assertSigned(services: Services): Promise<void> {
  const { finding, notApplicable, inconclusive } = services;
  const own = await ownSignatures(services, finding(mailLeaves).arrived.content);
  if (own.length === 0)
    notApplicable(
      'The target does not sign its mail, which is judged by DKIM-017.',
      'a message of the account arrived without a signature of its domain',
    );
  if (!isGood(own))
    inconclusive(
      'precondition',
      `The signature of ordinary mail does not verify either (DKIM-017): ${linesOf(own)}`,
    );
}

/** Signatures of the domain of the author. */
async function ownSignatures(services: Services, message: Buffer): Promise<readonly VerifiedSignature[]> {
  const found = await services.authentication.dkim.verify(message, publishedTexts(services));
  return found.filter(({ aligned }) => aligned);
}

function isGood(signatures: readonly VerifiedSignature[]): boolean {
  return signatures.some(({ result }) => result === 'pass');
}

function linesOf(signatures: readonly VerifiedSignature[]): string {
  const lines = signatures.map(({ domain, result, reason }) => `d=${domain}: ${result} ${reason}`.trim());
  return lines.join('; ') || 'no signature of the domain';
}
