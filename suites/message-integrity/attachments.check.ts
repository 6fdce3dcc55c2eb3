import { createHash } from 'node:crypto';
import { check, type Services } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { sameBody } from './comparison.ts';
import { letter } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { onEveryWay } from './ways.ts';

/** Octets of the large attachment before it is encoded, which makes a message of 256 KiB: more than any buffer on the way. */
const LARGE = 191_000;
const WIDTH = 76;

export const structuresAreUnchanged = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-019',
    slug: 'attachments-and-boundaries-are-unchanged',
    title: 'Multipart structures and a large attachment arrive unchanged',
    sends:
      'nested multiparts with preamble, epilogue, odd boundaries and parts without header, and base64 that makes a message of 256 KiB',
    demands: 'the same body, octet by octet',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#3.6.3', 'rfc2046#5.1.1', 'rfc2045#6.8'],
    budget: '60s',
    waits: deliveries(8),
    kills: ['message-base64-rewrapped', 'message-parts-decoded'],
  },
  async (services) => {
    await onEveryWay(services, {
      label: 'nested parts',
      compose: (about) =>
        letter(services, {
          ...about,
          fields: multipart("a'b()+_,-./:=? c"),
          body: nested(services, about.token),
        }),
      judge: sameBody('preamble, parts, boundaries and epilogue are kept'),
    });
    await onEveryWay(services, {
      label: 'large attachment',
      compose: (about) =>
        letter(services, { ...about, fields: multipart(about.token), body: large(services, about.token) }),
      judge: sameBody('the attachment is kept'),
    });
  },
);

function multipart(boundary: string): readonly string[] {
  return ['MIME-Version: 1.0', `Content-Type: multipart/mixed; boundary="${boundary}"`];
}

function nested({ bytes }: Services, token: string): Buffer {
  const outer = "--a'b()+_,-./:=? c";
  return bytes.lines(
    `A preamble that nobody is shown, known as ${token}.`,
    outer,
    '',
    'A part without header.',
    `${outer}  `,
    'Content-Type: text/plain; charset=us-ascii; name="=?us-ascii?Q?a=20b?="',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Disposition: attachment;',
    ' filename*0="a long ";',
    ' filename*1="name.txt"',
    '',
    'Equal signs =3D, needless escapes =41=42, lower case =3d, a soft=',
    ' break, and a space at the end=20',
    outer,
    'Content-Type: multipart/alternative; boundary=inner',
    '',
    '--inner',
    'Content-Type: text/html',
    '',
    '<p>One<br>two</p><img src="http://example.test/x.png">',
    '--inner',
    'Content-Type: message/rfc822',
    '',
    'Subject: inside',
    '',
    'A message in a message.',
    '--inner-but-not-a-boundary',
    '--inner--',
    'An epilogue of the inner one.',
    `${outer}--`,
    'An epilogue.',
    '',
  );
}

function large({ bytes }: Services, token: string): Buffer {
  const encoded = pseudoRandom(LARGE).toString('base64');
  const wrapped: string[] = [];
  for (let at = 0; at < encoded.length; at += WIDTH) wrapped.push(encoded.slice(at, at + WIDTH));
  return bytes.lines(
    `--${token}`,
    'Content-Type: application/octet-stream',
    'Content-Transfer-Encoding: base64',
    '',
    ...wrapped,
    `--${token}--`,
  );
}

/** Octets without a pattern that are the same every time. */
function pseudoRandom(count: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(count / 64) }, (_, index) =>
    createHash('sha512').update(`block ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, count);
}
