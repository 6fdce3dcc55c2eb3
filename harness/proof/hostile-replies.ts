import { HOSTILE_TEXTS } from '../../reports/fixtures/hostile-text.ts';
import type { Chance } from '../model/seeded.ts';
import { CRLF } from '../wire/bytes.ts';

export const PROTOCOLS = ['smtp', 'pop3', 'imap'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/**
 * A secret that the client knows and that a server may repeat. Its first character is no part of an escape: of a secret that
 * begins with `c`, all but that character after the octet 0x9c would look like the whole in visible notation.
 */
export const SECRET = 'Zealous-horse-battery-staple';

/** What servers say, and what looks like it; each is the beginning of something a reader must take apart. */
const SAID: Readonly<Record<Protocol, readonly [string, ...string[]]>> = {
  smtp: [
    '220 mx.example ESMTP',
    '250-mx.example',
    '250-AUTH PLAIN LOGIN SCRAM-SHA-256',
    '250-SIZE 18446744073709551616',
    '250 OK',
    '250 2.0.0 queued as',
    '334 VXNlcm5hbWU6',
    '354 go on',
    '421 4.3.2 closing',
    '550-5.7.1 no',
    '550 5.7.1',
    '999 what',
    '25',
    '2500 OK',
  ],
  pop3: [
    '+OK POP3 <1896.697170952@mx.example>',
    '+OK',
    '-ERR [IN-USE] no',
    '-ERR [SYS/TEMP',
    '+ VXNlcm5hbWU6',
    'STLS',
    'SASL PLAIN LOGIN',
    'EXPIRE NEVER',
    '1 120',
    '2 99999999999999999999',
    '1 uid',
    '.',
    '..',
    'Subject: x',
  ],
  imap: [
    '* OK [CAPABILITY IMAP4rev1 STARTTLS] hello',
    '* CAPABILITY IMAP4rev2 AUTH=PLAIN LITERAL-',
    '* LIST (\\Noselect) "/" "a \\" b"',
    '* LIST () NIL {3}',
    '* 4294967296 EXISTS',
    '* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[] {5}',
    '* 1 FETCH (UID 1 BODY[] ~{2}',
    '* SEARCH 1 2 3',
    '* ESEARCH (TAG "m1") UID ALL 1:3',
    '* BYE',
    '+ ',
    'm1 OK [READ-WRITE] done',
    'm2 NO [AUTHENTICATIONFAILED',
    'm3 BAD',
    'm4 OK [UIDVALIDITY 1',
    `${'('.repeat(200)}`,
    '* 1 FETCH (BODY[HEADER.FIELDS (DATE',
  ],
};

const ENDS: readonly [Buffer, ...Buffer[]] = [
  CRLF,
  CRLF,
  CRLF,
  CRLF,
  Buffer.from('\n'),
  Buffer.from('\r'),
  Buffer.concat([Buffer.from('\r'), CRLF]),
  Buffer.alloc(0),
];

const REPEATED = ['a', '(', '"', '\\', '[', '{', '\0', ' ', '<', '\xc3'] as const;

/** One reply of a server that means harm: a few lines of the protocol, damaged. */
export function hostileReply(chance: Chance, protocol: Protocol): Buffer {
  const lines = Array.from({ length: 1 + chance.below(4) }, () =>
    Buffer.concat([hostileLine(chance, protocol), chance.among(ENDS)]),
  );
  const whole = Buffer.concat(lines);
  return chance.below(12) === 0 ? whole.subarray(0, chance.below(whole.length + 1)) : whole;
}

function hostileLine(chance: Chance, protocol: Protocol): Buffer {
  const parts: Buffer[] = [Buffer.from(chance.among(SAID[protocol]), 'latin1')];
  for (const _ of Array.from({ length: chance.below(4) })) parts.push(somethingElse(chance, protocol));
  if (chance.below(6) === 0) parts.reverse();
  return damaged(chance, Buffer.concat(parts));
}

function somethingElse(chance: Chance, protocol: Protocol): Buffer {
  switch (chance.below(8)) {
    case 0:
      return Buffer.from(chance.some(40, () => chance.below(256)));
    case 1:
      return Buffer.from(chance.among(REPEATED).repeat(1 + chance.below(300)), 'latin1');
    case 2:
      return Buffer.from(` {${chance.among(['0', '1', '7', '99', '9999999999'])}}`);
    case 3:
      return Buffer.from(` ${SECRET}`);
    case 4:
      return Buffer.from(` ${Buffer.from(`\0user\0${SECRET}`).toString('base64')}`);
    case 5:
      return Buffer.from(` ${chance.among(SAID[protocol])}`, 'latin1');
    default:
      return Buffer.from(` ${chance.among(HOSTILE_TEXTS)}`);
  }
}

/** A line in which an octet is another, is missing, or stands twice; most lines stay as they are. */
function damaged(chance: Chance, line: Buffer): Buffer {
  if (line.length === 0 || chance.below(3) > 0) return line;
  const at = chance.below(line.length);
  const [before, after] = [line.subarray(0, at), line.subarray(at + 1)];
  const octet = line.subarray(at, at + 1);
  switch (chance.below(3)) {
    case 0:
      return Buffer.concat([before, Buffer.from([chance.below(256)]), after]);
    case 1:
      return Buffer.concat([before, after]);
    default:
      return Buffer.concat([before, octet, octet, after]);
  }
}
