import { check, MAILDROP, type Services } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { verifyPassage, verifySame } from './comparison.ts';
import { readMessage, valuesOf } from './header.ts';
import { bodyAround, letter, passageOf } from './letter.ts';
import { extensionsWithout, fateOf, mailArguments, verifyHeldBack } from './next-hop.ts';
import { assertListed } from './session.ts';
import { decodedBody } from './transfer-encoding.ts';
import { type Envelope, onEveryWay, TO_MAILBOX, TO_NEXT_HOP, tokenOf } from './ways.ts';

const PARAMETER = 'BODY=8BITMIME';

export const eightBitBodiesAreKept = check(
  {
    id: 'MSG-006',
    slug: 'eight-bit-bodies-are-kept',
    title: 'With 8BITMIME, every bit of a body arrives, and the next hop is told that there are eight',
    sends: 'a body with every octet from 80 to FF, in UTF-8 text and alone, behind BODY=8BITMIME',
    demands:
      'the same octets in the mailbox and at a next hop that offers 8BITMIME, which is given BODY=8BITMIME',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6152#3'],
    roles: ['mx', 'submission', 'submissions'],
    per: 'target',
    needs: ['account', 'mailbox', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '40s',
    waits: deliveries(5),
    resources: [MAILDROP],
    limits: [
      'A transfer encoding from which the octets can be restored loses nothing, and is a deviation only.',
    ],
    kills: ['message-loses-eighth-bit', 'outbound-does-not-declare-8bit'],
  },
  async (services) => {
    const { variant, offer, lab, account, inconclusive } = services;
    for (const way of [TO_MAILBOX, TO_NEXT_HOP]) {
      await onEveryWay(services, {
        label: 'eight bits',
        ways: [
          { ...way, send: (all, mail) => assertListed(all, way, '8BITMIME').then(() => way.send(all, mail)) },
        ],
        parameters: PARAMETER,
        compose: (envelope, token) => eightBitLetter(services, envelope, token),
        judge(verify, copy, { sent, token }) {
          const after = readMessage(services, copy.bytes);
          if (after.body.includes(0x80)) {
            verifyPassage(services, verify, copy, { sent, token, what: 'all octets are kept' });
            return;
          }
          const before = passageOf(sent, token) ?? sent;
          const restored = passageOf(decodedBody(after), token) ?? after.body;
          if (!verifySame(verify, `${copy.reader}: all octets are kept or can be restored`, before, restored))
            return;
          verify.ideally.that(false, {
            demand: `${copy.reader}: the body is not encoded without need`,
            expected: '8bit',
            actual: valuesOf(after.fields, 'content-transfer-encoding').join(', '),
          });
        },
      });
    }
    await variant('what the next hop is told', async (verify) => {
      await assertListed(services, TO_NEXT_HOP, '8BITMIME');
      const receiver = await lab().receiver();
      const token = tokenOf(services, 'declared', 'out');
      const envelope = { from: account().address, to: `rx-${token}@${receiver.domain}` };
      const offered = await offer({
        content: eightBitLetter(services, envelope, token),
        sender: envelope.from,
        recipient: envelope.to,
        parameters: PARAMETER,
        as: account(),
      });
      if (offered.disposition !== 'accepted')
        inconclusive('precondition', `The message is refused: ${offered.line}`);
      const arrived = await receiver.waitForMessage();
      if (!arrived)
        return inconclusive('precondition', 'The message did not arrive at the next hop in time.');
      const given = (await mailArguments(receiver)).at(-1) ?? '';
      const isEightBit = readMessage(services, arrived.content).body.some((octet) => octet > 0x7f);
      verify.that(!isEightBit || /\bBODY=8BITMIME\b/i.test(given), {
        demand: 'a body of eight bits is announced by BODY=8BITMIME',
        expected: PARAMETER,
        actual: `MAIL ${given}`,
      });
    });
  },
);

export const eightBitNeverMeetsSevenBit = check(
  {
    id: 'MSG-007',
    slug: 'eight-bit-bodies-are-converted-or-returned',
    title: 'A next hop without 8BITMIME gets valid seven-bit MIME, or nothing and the sender a report',
    sends: 'a body of eight bits behind BODY=8BITMIME, to a server that does not offer 8BITMIME',
    demands:
      'no octet beyond US-ASCII there; what arrives decodes to what was sent, or the message is returned',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6152#3', 'rfc2045#6'],
    roles: ['submission', 'submissions'],
    per: 'target',
    needs: ['account', 'mailbox', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '25s',
    waits: deliveries(2),
    resources: [MAILDROP],
    limits: [
      'A message that is held back without a report in time may still be returned later: a deviation.',
    ],
    kills: ['outbound-sends-8bit-regardless', 'outbound-encodes-8bit-wrongly'],
  },
  async (services) => {
    const { verify, lab, offer, account, inconclusive } = services;
    await assertListed(services, TO_NEXT_HOP, '8BITMIME');
    const receiver = await lab().receiver({ extensions: extensionsWithout('8BITMIME', 'SMTPUTF8') });
    const token = tokenOf(services, 'sevenbit', 'out');
    const envelope = { from: account().address, to: `rx-${token}@${receiver.domain}` };
    const sent = eightBitLetter(services, envelope, token);
    const offered = await offer({
      content: sent,
      sender: envelope.from,
      recipient: envelope.to,
      parameters: PARAMETER,
      as: account(),
    });
    if (offered.disposition !== 'accepted')
      inconclusive('precondition', `The message is refused: ${offered.line}`);
    const fate = await fateOf(services, receiver, token);
    if (fate.kind !== 'sent') {
      verifyHeldBack(services, verify, fate);
      return;
    }
    const { content } = fate.message;
    const beyond = content.findIndex((octet) => octet > 0x7f);
    const sevenBit = verify.that(beyond < 0, {
      demand: 'the next hop gets octets of US-ASCII alone',
      expected: 'no octet over 7F',
      actual: content.subarray(Math.max(0, beyond - 20), beyond + 20),
    });
    if (!sevenBit) return;
    const after = readMessage(services, content);
    const restored = passageOf(decodedBody(after), token) ?? after.body;
    verifySame(verify, 'what arrives decodes to what was sent', passageOf(sent, token) ?? sent, restored);
  },
);

/** UTF-8 text, then octets that are none, under a charset in which each is a character. */
function eightBitLetter(services: Services, { from, to }: Envelope, token: string): Buffer {
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
  return letter(services, { from, to, token, fields, body: bodyAround(services, token, passage) });
}
