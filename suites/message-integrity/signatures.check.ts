import { check, type Services } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { type About, letter } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { onEveryWay, TO_MAILBOX, TO_NEXT_HOP, type Way } from './ways.ts';

const SELECTOR = 'integrity';
const SIGNED_FIELDS = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'x-folded',
  'mime-version',
  'content-type',
];

export const dkimSignaturesSurvive = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-017',
    slug: 'dkim-signatures-survive',
    title: 'A DKIM signature of the strictest kind verifies after delivery and at the next hop',
    sends:
      'a message signed simple/simple by its author, with folded fields and white space at the end of lines',
    demands: 'the signature verifies over what arrives',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc6376#3.4', 'rfc6376#4.2', 'rfc5321#3.6.3', 'rfc6409#8'],
    budget: '30s',
    limits: [
      'The key of what the account sends is known to this check alone; how the target signs is looked at by the suite dkim.',
    ],
    kills: [
      'message-loses-trailing-space',
      'message-fields-unfolded',
      'message-subject-tagged',
      'message-gets-footer',
      'message-date-rewritten',
    ],
  },
  async (services) => {
    const { authentication } = services;
    const { dkim } = authentication;
    const key = await dkim.signingKey('rsa-2048', 'message-integrity');
    const record = dkim.keyRecord(key);
    const { hasLab } = services;
    const stranger = hasLab ? await publishedAuthor(services, record) : undefined;
    await onEveryWay(services, {
      label: 'dkim',
      // Without a lab no domain publishes a key for mail from elsewhere.
      ways: stranger === undefined ? [TO_NEXT_HOP] : [withSender(TO_MAILBOX, stranger), TO_NEXT_HOP],
      compose: (about) =>
        dkim.signed(plainLetter(services, about), {
          domain: domainOf(about.from),
          selector: SELECTOR,
          key,
          canonicalization: 'simple/simple',
          fields: SIGNED_FIELDS,
        }),
      async judge(verify, copy, { sent }) {
        const found = await dkim.verify(copy.bytes, async (name) =>
          name.startsWith(`${SELECTOR}.`) ? [record] : [],
        );
        const ours = found.find(({ selector }) => selector === SELECTOR);
        verify.that(ours?.result === 'pass', {
          demand: `${copy.reader}: the signature of the author verifies`,
          expected: `pass, as it did over the ${sent.length} octets that were sent`,
          actual: ours ? `${ours.result} ${ours.reason}`.trim() : 'the signature is gone',
        });
      },
    });
  },
);

export const smimeSignaturesSurvive = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-018',
    slug: 'smime-signatures-survive',
    title: 'A message signed by S/MIME verifies after delivery and at the next hop',
    sends:
      'a multipart/signed message whose text has white space at the end of lines, dots, and encoded parts',
    demands: 'the digest over the first part and the signature over the digest hold for what arrives',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8551#3.1', 'rfc8551#3.5.3', 'rfc1847#2.1', 'rfc5321#3.6.3'],
    budget: '30s',
    limits: ['The signature is detached; an enveloped or opaque one is base64 as any attachment.'],
    kills: ['message-loses-trailing-space', 'message-parts-decoded'],
  },
  async (services) => {
    const { smime, bytes, nonce } = services;
    const by = await smime.signer(`signer-${nonce}@example.test`);
    await onEveryWay(services, {
      label: 's/mime',
      compose(about) {
        const part = bytes.lines(
          'Content-Type: text/plain; charset=utf-8',
          'Content-Transfer-Encoding: quoted-printable',
          '',
          `These are the minutes known as ${about.token}.`,
          'two spaces at the end  ',
          '.',
          '=3D and =41=42 are equal to =3d and AB, a soft=',
          ' break, Gr=C3=BC=C3=9Fe',
          'From the beginning of a line',
          '-- ',
          '',
        );
        const { contentType, body } = by.sign(part, `signed-${about.token}`);
        const fields = [
          'MIME-Version: 1.0',
          ['Content-Type: multipart/signed;', ...parametersOf(contentType)],
        ];
        return letter(services, { ...about, fields, body });
      },
      async judge(verify, copy, { sent }) {
        const before = await smime.verifySignedMessage(sent, by.certificate);
        if (!before.valid) throw new Error(`What was sent does not verify itself: ${before.reason}`);
        const { valid, reason } = await smime.verifySignedMessage(copy.bytes, by.certificate);
        verify.that(valid, {
          demand: `${copy.reader}: the signature of the author holds`,
          expected: before.reason,
          actual: reason,
        });
      },
    });
  },
);

/** Parameters after the type, one line each. */
function parametersOf(contentType: string): readonly string[] {
  const [, ...parameters] = contentType.split('; ');
  return parameters.map((parameter, index) => ` ${parameter}${index < parameters.length - 1 ? ';' : ''}`);
}

/** A text with what simple canonicalization is strict about. */
function plainLetter(services: Services, about: About): Buffer {
  return letter(services, {
    ...about,
    fields: [
      ['X-Folded: first', '\tsecond   ', '   third'],
      'MIME-Version:  1.0',
      ['Content-Type: text/plain;', '\tcharset=us-ascii'],
    ],
    body: services.bytes.lines(
      `Known as ${about.token}.`,
      'two spaces  ',
      'a tab\t',
      '',
      '.',
      'the last line',
      '',
      '',
    ),
  });
}

/** An author elsewhere whose domain takes mail back and publishes the key. */
async function publishedAuthor({ lab, authentication }: Services, record: string): Promise<string> {
  const world = lab();
  const domain = world.domain('author');
  await world.dns.publish(domain, [
    { name: domain, type: 'A', data: world.addresses.sink },
    { name: domain, type: 'MX', data: { preference: 10, exchange: domain } },
    { name: `${SELECTOR}._domainkey.${domain}`, type: 'TXT', data: authentication.dkim.txtStrings(record) },
  ]);
  return `author@${domain}`;
}

/** The way, with another sender than its own. */
function withSender(way: Way, from: string): Way {
  return {
    ...way,
    send: (services, mail) => way.send(services, { ...mail, sender: from }),
  };
}
