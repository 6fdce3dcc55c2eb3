import { check, type Receiver, readHeader, type Services } from '../../harness/check/check.ts';
import { giveTime } from '../../harness/steps/given-time.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { verifySame } from './comparison.ts';
import { type About, letter } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { extensionsWithout, fateOf, type Handed, handTo, lastMail, verifyHeldBack } from './next-hop.ts';
import { assertListed, wherever } from './session.ts';
import { decodedBody, quotedPrintable } from './transfer-encoding.ts';
import { assertTaken, onEveryWay, TO_MAILBOX, TO_NEXT_HOP, WAYS, waysOf } from './ways.ts';

const PARAMETERS = 'BODY=8BITMIME SMTPUTF8';
const FIELD = 'x-greetings';
const GREETINGS = 'Grüße поздрав 挨拶 👋';
const LOCAL_PART = 'почта';

/** What a next hop without SMTPUTF8 cannot take: name, label of its domain, local part. */
const INPUTS = [
  ['address in UTF-8', 'utf8-address', LOCAL_PART],
  ['header in UTF-8', 'utf8-header', 'ascii'],
] as const;

export const utf8HeadersAreKept = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-008',
    slug: 'internationalized-mail-is-kept',
    title: 'With SMTPUTF8, addresses and header fields in UTF-8 arrive as they were written',
    sends:
      'mail with UTF-8 in header fields and envelope, after SMTPUTF8, to a mailbox and to a next hop that offers it',
    demands: 'the same header field and address; the next hop is given SMTPUTF8',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6531#3.1', 'rfc6531#3.6', 'rfc6531#3.2', 'rfc6531#3.4', 'rfc6532#3'],
    budget: '30s',
    waits: deliveries(3),
    limits: [
      'Without a lab no address in UTF-8 is sent to.',
      'UTF-8 is asked for by IMAP and POP3 where they offer it (RFC 6855, 6856). Where they do not, a substitute in US-ASCII (RFC 6857, 6858) is a deviation, and so is an attachment.',
    ],
    kills: ['message-utf8-header-replaced'],
  },
  async (services) => {
    const { variant, hasLab, lab, inconclusive } = services;
    await onEveryWay(services, {
      label: 'utf-8 header',
      ways: waysOf(services, hasLab ? [TO_MAILBOX] : WAYS).map((way) => wherever(way, 'SMTPUTF8')),
      parameters: PARAMETERS,
      compose: (about) => utf8Letter(services, about),
      judge(verify, { reader, bytes }, { sent }) {
        const [before, after] = [greetingsOf(sent), greetingsOf(bytes)];
        if (!after.equals(before) && decodedBody(bytes).includes(before))
          return verify.ideally.missed(`${reader}: the message is shown by itself`, {
            expected: before.toString(),
            actual: `the message in an attachment, and ${after}`,
          });
        if (!/=\?utf-8\?/i.test(after.toString('latin1')))
          return verifySame(verify, `${reader}: the header field in UTF-8 is kept`, before, after);
        return verify.ideally.missed(`${reader}: the header field is shown in UTF-8`, {
          expected: before.toString(),
          actual: after,
        });
      },
    });
    if (!hasLab) return;
    await variant('to the next hop', async (verify) => {
      await assertListed(services, TO_NEXT_HOP, 'SMTPUTF8');
      const receiver = await lab().receiver();
      const { to, token, sent, offered } = await handUtf8To(services, receiver, 'utf8', LOCAL_PART);
      assertTaken(services, offered);
      const fate = await fateOf(services, receiver, token);
      if (fate.kind === 'held' || fate.kind === 'unseen')
        return inconclusive('timeout', `The message did not arrive in time: ${fate.seen}.`);
      const demand = 'a next hop that offers SMTPUTF8 gets the message';
      if (fate.kind !== 'sent') {
        verify.missed(demand, { expected: 'a delivery', actual: fate.seen });
        return;
      }
      const { content, recipients } = fate.message;
      const reached = recipients.join(', ');
      verify.met(demand, `a delivery to ${reached}`);
      const [before, after] = [greetingsOf(sent), greetingsOf(content)];
      verifySame(verify, 'the header field in UTF-8 is kept', before, after);
      verify.equal(reached, to, 'the address in UTF-8 is kept');
      verify.matches(await lastMail(receiver), /\bSMTPUTF8\b/i, {
        demand: 'the next hop is told that the message is internationalized',
        expected: 'SMTPUTF8',
      });
    });
  },
);

export const utf8IsReturnedRatherThanMangled = check(
  {
    ...BOTH_WAYS,
    needs: [...BOTH_WAYS.needs, 'own-delivery'],
    withoutLab: 'decides-nothing',
    id: 'MSG-009',
    slug: 'internationalized-mail-is-returned-rather-than-mangled',
    title: 'A next hop without SMTPUTF8 never gets internationalized mail, mangled or not',
    sends:
      'mail for an address in UTF-8, and mail with UTF-8 in its header alone, to a server that does not offer SMTPUTF8',
    demands: 'nothing is delivered with octets or characters that were lost, and the sender is told',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6531#3.2', 'rfc6531#3.6', 'rfc6531#3.5', 'rfc5321#6.1', 'rfc5321#2.4'],
    roles: ['submission', 'submissions'],
    budget: '40s',
    waits: deliveries(3),
    limits: [
      'A message that is held back without a report in time may still be returned later: a deviation.',
    ],
    kills: ['outbound-sends-utf8-regardless', 'outbound-replaces-utf8'],
  },
  async (services) => {
    const { variant, lab } = services;
    await assertListed(services, TO_NEXT_HOP, 'SMTPUTF8');
    const journeys = [];
    for (const [name, label, localPart] of INPUTS) {
      const receiver = await lab().receiver({ label, extensions: extensionsWithout('SMTPUTF8') });
      const handed = await handUtf8To(services, receiver, name, localPart);
      // The time for a report passes for all of them at once.
      journeys.push({
        name,
        localPart,
        receiver,
        handed,
        given: giveTime(services, services.lab().outboundMs),
      });
    }
    for (const { name, localPart, receiver, handed, given } of journeys) {
      await variant(name, async (verify) => {
        const { token, offered } = handed;
        if (offered.disposition === 'rejected') {
          verify.met('the message is not sent on', offered.line);
          return;
        }
        assertTaken(services, offered);
        const fate = await fateOf(services, receiver, token, given);
        if (fate.kind !== 'sent') return verifyHeldBack(services, verify, fate);
        const { content, recipients } = fate.message;
        const shown = greetingsOf(content);
        verify.that(localPart === 'ascii' && isEncoded(shown), {
          demand: 'mail that needs SMTPUTF8 is not sent to a server without it',
          expected: 'no delivery, or to an address in US-ASCII with the greetings encoded',
          actual: Buffer.concat([Buffer.from(`delivered to ${recipients.join(', ')} with `), shown]),
        });
      });
    }
  },
);

function handUtf8To(
  services: Services,
  receiver: Receiver,
  label: string,
  localPart: string,
): Promise<Handed> {
  return handTo(services, receiver, {
    label,
    localPart,
    parameters: PARAMETERS,
    compose: (about) => utf8Letter(services, about),
  });
}

function utf8Letter(services: Services, about: About): Buffer {
  const fields = [
    `X-Greetings: ${GREETINGS}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  return letter(services, { ...about, fields, body: services.bytes.line(`${GREETINGS} ${about.token}`) });
}

function greetingsOf(message: Buffer): Buffer {
  const found = readHeader(message).fields.find(({ name }) => name === FIELD);
  return found?.octets ?? Buffer.from(`no ${FIELD} field`);
}

/** The greetings as encoded words of RFC 2047, which lose nothing. */
function isEncoded(field: Buffer): boolean {
  const words = [...field.toString('latin1').matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)];
  const decoded = words.map(([, encoding, text = '']) =>
    encoding?.toLowerCase() === 'b'
      ? Buffer.from(text, 'base64')
      : quotedPrintable(Buffer.from(text.replaceAll('_', ' '))),
  );
  return Buffer.concat(decoded).toString().replaceAll(' ', '') === GREETINGS.replaceAll(' ', '');
}
