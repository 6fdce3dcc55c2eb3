import { check, readHeader, type Services } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { samePassage, verifySame } from './comparison.ts';
import { valuesOf } from './header.ts';
import { type About, bodyAround, letter, passageOf } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { extensionsWithout, fateOf, handTo, lastMail, verifyHeldBack } from './next-hop.ts';
import { assertListed, wherever } from './session.ts';
import { decodedBody } from './transfer-encoding.ts';
import { assertTaken, onEveryWay, TO_NEXT_HOP, waysOf } from './ways.ts';

const PARAMETER = 'BODY=8BITMIME';

export const eightBitBodiesAreKept = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-006',
    slug: 'eight-bit-bodies-are-kept',
    title: 'With 8BITMIME, every bit of a body arrives, and the next hop is told that there are eight',
    sends: 'a body with every octet from 80 to FF, in UTF-8 text and alone, after BODY=8BITMIME',
    demands:
      'the same octets in the mailbox and at a next hop that offers 8BITMIME, which is given BODY=8BITMIME',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6152#3'],
    budget: '40s',
    waits: deliveries(5),
    limits: [
      'Without a lab it is not seen what a next hop is told.',
      'A transfer encoding from which the octets can be restored loses nothing, and is a deviation only.',
    ],
    kills: ['message-loses-eighth-bit', 'outbound-does-not-declare-8bit'],
  },
  async (services) => {
    const { variant, hasLab, lab, inconclusive } = services;
    await onEveryWay(services, {
      label: 'eight bits',
      ways: waysOf(services).map((way) => wherever(way, '8BITMIME')),
      parameters: PARAMETER,
      compose: (about) => eightBitLetter(services, about),
      judge(verify, copy, about) {
        const { reader } = copy;
        const after = readHeader(copy.bytes);
        if (after.body.includes(0x80)) return samePassage('all octets are kept')(verify, copy, about);
        const before = passageOf(about.sent, about.token);
        const restored = passageOf(decodedBody(copy.bytes), about.token);
        if (!verifySame(verify, `${reader}: all octets are kept or can be restored`, before, restored))
          return;
        return verify.ideally.missed(`${reader}: the body is not encoded without need`, {
          expected: '8bit',
          actual: valuesOf(after.fields, 'content-transfer-encoding').join(', '),
        });
      },
    });
    if (!hasLab) return;
    await variant('what the next hop is told', async (verify) => {
      await assertListed(services, TO_NEXT_HOP, '8BITMIME');
      const receiver = await lab().receiver();
      const { offered } = await handTo(services, receiver, {
        label: 'declared',
        parameters: PARAMETER,
        compose: (about) => eightBitLetter(services, about),
      });
      assertTaken(services, offered);
      const arrived = await receiver.waitForMessage();
      if (!arrived)
        return inconclusive('precondition', 'The message did not arrive at the next hop in time.');
      const demand = 'a body of eight bits is announced by BODY=8BITMIME';
      const isEightBit = readHeader(arrived.content).body.some((octet) => octet > 0x7f);
      if (isEightBit)
        verify.matches(await lastMail(receiver), /\bBODY=8BITMIME\b/i, { demand, expected: PARAMETER });
      else verify.met(demand, 'a body of seven bits arrived');
    });
  },
);

export const eightBitNeverMeetsSevenBit = check(
  {
    ...BOTH_WAYS,
    needs: [...BOTH_WAYS.needs, 'own-delivery'],
    withoutLab: 'decides-nothing',
    id: 'MSG-007',
    slug: 'eight-bit-bodies-are-converted-or-returned',
    title: 'A next hop without 8BITMIME gets valid seven-bit MIME, or nothing and the sender a report',
    sends: 'a body of eight bits after BODY=8BITMIME, to a server that does not offer 8BITMIME',
    demands:
      'no octet beyond US-ASCII there; what arrives decodes to what was sent, or the message is returned',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6152#3', 'rfc2045#6', 'rfc5321#2.4'],
    roles: ['submission', 'submissions'],
    waits: deliveries(2),
    limits: [
      'A message that is held back without a report in time may still be returned later: a deviation.',
    ],
    kills: ['outbound-sends-8bit-regardless', 'outbound-encodes-8bit-wrongly'],
  },
  async (services) => {
    const { verify, lab } = services;
    await assertListed(services, TO_NEXT_HOP, '8BITMIME');
    const receiver = await lab().receiver({ extensions: extensionsWithout('8BITMIME', 'SMTPUTF8') });
    const { token, sent, offered } = await handTo(services, receiver, {
      label: 'sevenbit',
      parameters: PARAMETER,
      compose: (about) => eightBitLetter(services, about),
    });
    assertTaken(services, offered);
    const fate = await fateOf(services, receiver, token);
    if (fate.kind !== 'sent') return verifyHeldBack(services, verify, fate);
    const { content } = fate.message;
    const beyond = content.findIndex((octet) => octet > 0x7f);
    const demand = 'the next hop gets octets of US-ASCII alone';
    if (beyond >= 0) {
      const actual = content.subarray(Math.max(0, beyond - 20), beyond + 20);
      verify.missed(demand, { expected: 'no octet over 7F', actual });
      return;
    }
    verify.met(demand, 'no octet over 7F');
    const restored = passageOf(decodedBody(content), token);
    verifySame(verify, 'what arrives decodes to what was sent', passageOf(sent, token), restored);
  },
);

/** UTF-8 text, then octets that are none, under a charset in which each is a character. */
function eightBitLetter(services: Services, about: About): Buffer {
  const { bytes } = services;
  const octets = Buffer.from(Array.from({ length: 0x80 }, (_, index) => 0x80 + index));
  const passage = Buffer.concat([
    bytes.lines('Grüße, поздрав, 挨拶', ''),
    ...[octets.subarray(0, 64), octets.subarray(64)].flatMap((part) => [part, bytes.CRLF]),
  ]);
  const fields = [
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=cp437',
    'Content-Transfer-Encoding: 8bit',
  ];
  return letter(services, { ...about, fields, body: bodyAround(services, about.token, passage) });
}
