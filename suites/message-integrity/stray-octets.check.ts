import { check, readHeader, type Services } from '../../harness/check/check.ts';
import { verifySame } from './comparison.ts';
import { bodyAround, letter, passageOf } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { onEveryWay } from './ways.ts';

export const nulIsRefusedOrKept = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-014',
    slug: 'nul-is-refused-or-kept',
    title: 'NUL in a body is refused or kept, and never dropped or replaced',
    sends: 'a body with NUL inside a word, at both ends of a line and as a line of its own',
    demands: 'the message is refused, or the octets are the same',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc5321#4.5.2', 'rfc5322#4', 'rfc2045#2.7'],
    limits: [
      'IMAP cannot hand out NUL in a literal (RFC 9051 §4.3), so there another octet may stand in its place.',
    ],
    kills: ['message-loses-nul'],
  },
  (services) => tryOctets(services, 'NUL', [['in', 0, 'side'], [0, 'begins'], ['ends', 0], [0]]),
);

/** What is asked of both halves of a line end. */
const HALF_A_LINE_END = {
  ...BOTH_WAYS,
  demands: 'the message is refused, or the octets are the same',
  level: 'MUST',
  severity: 'medium',
  clauses: ['rfc5321#2.3.8', 'rfc5321#4.1.1.4', 'rfc5322#2.3'],
  limits: [
    'Whether a message can be smuggled by such octets is looked at by the suite smtp-core.',
    'Another octet in its place is a deviation only, as long as no line end appears.',
  ],
} as const;

export const bareCrIsRefusedOrKept = check(
  {
    ...HALF_A_LINE_END,
    id: 'MSG-015',
    slug: 'bare-cr-is-refused-or-kept',
    title: 'CR without LF in a body is refused or kept, and never becomes a line end',
    sends: 'a body with CR inside a line, at its beginning, and twice in front of a line end',
    kills: ['message-bare-cr-becomes-crlf'],
  },
  (services) =>
    tryOctets(services, 'bare CR', [
      ['in', 13, 'side'],
      [13, 'begins'],
      ['ends', 13],
    ]),
);

export const bareLfIsRefusedOrKept = check(
  {
    ...HALF_A_LINE_END,
    id: 'MSG-016',
    slug: 'bare-lf-is-refused-or-kept',
    title: 'LF without CR in a body is refused or kept, and never becomes a line end',
    sends: 'a body with LF inside a line, at its beginning, and twice in a row',
    kills: ['message-bare-lf-becomes-crlf'],
  },
  (services) =>
    tryOctets(services, 'bare LF', [
      ['in', 10, 'side'],
      [10, 'begins'],
      ['two', 10, 10, 'of them'],
    ]),
);

/** A piece of a line: text, or an octet by its number. */
type Piece = string | number;

function tryOctets(services: Services, name: string, texts: readonly (readonly Piece[])[]): Promise<void> {
  const { bytes } = services;
  const lineEnds = (octets: Buffer) => octets.toString('latin1').split(bytes.CRLF.toString()).length;
  const passage = Buffer.concat(texts.flatMap((text) => [...text.map(octetsOf), bytes.CRLF]));
  return onEveryWay(services, {
    label: name.toLowerCase(),
    refusal: 'complies',
    compose: (about) => letter(services, { ...about, body: bodyAround(services, about.token, passage) }),
    judge(verify, { reader, bytes: got }, { sent, token }) {
      const before = passageOf(sent, token);
      const after = passageOf(readHeader(got).body, token);
      const seen = reader === 'IMAP' ? withNuls(before, after) : after;
      // The MUST is about line ends; another octet in its place is no smuggler's tool.
      const more = lineEnds(seen) > lineEnds(before);
      const grade = name === 'NUL' || more ? verify : verify.ideally;
      verifySame(grade, `${reader}: ${name} that was taken is kept`, before, seen);
    },
  });
}

/** What IMAP hands out, with the NULs that stand there as another octet (RFC 9051 §4.3). */
function withNuls(before: Buffer, after: Buffer): Buffer {
  if (before.length !== after.length) return after;
  return Buffer.from(after.map((octet, at) => (before[at] === 0 ? 0 : octet)));
}

function octetsOf(piece: Piece): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece) : Buffer.of(piece);
}
