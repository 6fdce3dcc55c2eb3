import type { FaultName } from '../../model/faults.ts';
import { CR, CRLF, LF, line, NUL } from '../../wire/bytes.ts';
import type { Site } from '../site.ts';
import { headerDate } from './date.ts';
import { type HeaderField, splitMessage } from './header.ts';

/** A message in parts that faults may change. */
interface Parts {
  readonly fields: readonly HeaderField[];
  readonly separator: Buffer;
  readonly body: Buffer;
}

/** Octets after which long lines are broken. */
const WIDTH = 900;
const EOL = CRLF.toString();

/** What a server does to a message that it should pass on as it is: nothing, unless a fault says otherwise. */
export function mishandled(site: Site, message: Buffer): Buffer {
  const active = CHANGES.filter(([fault]) => site.faulty(fault));
  if (active.length === 0) return message;
  const whole = active.reduce((parts, [, change]) => change(parts), splitMessage(message) as Parts);
  return Buffer.concat([...whole.fields.map(({ octets }) => octets), whole.separator, whole.body]);
}

/** Octets that a fault takes although other servers would read them otherwise. */
export function takesStrayOctets(site: Site, text: Buffer): boolean {
  const taken = STRAY.filter(([fault]) => site.faulty(fault)).map(([, octet]) => octet);
  return STRAY.every(([, octet]) => !text.includes(octet) || taken.includes(octet));
}

const STRAY: readonly (readonly [FaultName, Buffer])[] = [
  ['message-loses-nul', NUL],
  ['message-bare-cr-becomes-crlf', CR],
  ['message-bare-lf-becomes-crlf', LF],
];

const CHANGES: readonly (readonly [FaultName, (parts: Parts) => Parts])[] = [
  [
    'message-gets-footer',
    (parts) => ({ ...parts, body: Buffer.concat([parts.body, line('Sent by example.test')]) }),
  ],
  ['message-loses-trailing-space', inBody((text) => text.replace(/[ \t]+(?=\r\n)/g, ''))],
  ['message-loses-last-empty-lines', inBody((text) => text.replace(/(?:\r\n)+$/, EOL))],
  ['message-loses-second-dot', inBody((text) => text.replace(/(^|\r\n)\./g, '$1'))],
  ['message-breaks-long-lines', inBody((text) => text.replace(/[^\r\n]{900}(?=[^\r\n])/g, `$&${EOL}`))],
  ['message-breaks-overlong-lines', inBody(breakOverlong)],
  [
    'message-loses-eighth-bit',
    (parts) => ({ ...parts, body: parts.body.map((octet) => octet & 0x7f) as Buffer }),
  ],
  ['message-loses-nul', inBody((text) => text.replaceAll('\0', ''))],
  ['message-bare-cr-becomes-crlf', inBody((text) => text.replace(/\r(?!\n)/g, EOL))],
  ['message-bare-lf-becomes-crlf', inBody((text) => text.replace(/(?<!\r)\n/g, EOL))],
  [
    'message-fields-reordered',
    inHeader((fields) => [...fields].sort((one, other) => one.name.localeCompare(other.name))),
  ],
  ['message-fields-unfolded', inEveryField((text) => text.replace(/\r\n[ \t]+/g, ' '))],
  [
    'message-repeated-fields-dropped',
    inHeader((fields) =>
      fields.filter(({ name }, at) => fields.findIndex((one) => one.name === name) === at),
    ),
  ],
  [
    'message-unknown-fields-dropped',
    inHeader((fields) => fields.filter(({ name }) => !name.startsWith('x-'))),
  ],
  ['message-subject-tagged', inEveryField((text) => text.replace(/^Subject: /i, '$&[checked] '))],
  ['message-fields-added-below', inHeader((fields) => [...fields, field('X-Checked: yes')])],
  [
    'message-id-replaced',
    inHeader((fields) =>
      fields.map((one) => (one.name === 'message-id' ? field('Message-ID: <1@example.test>') : one)),
    ),
  ],
  [
    'message-date-rewritten',
    inHeader((fields) =>
      fields.map((one) => (one.name === 'date' ? field(`Date: ${headerDate(new Date(1e12))}`) : one)),
    ),
  ],
  ['message-base64-rewrapped', inBody((text) => text.replace(/^(?:[A-Za-z0-9+/]{76}\r\n)+/gm, rewrapped))],
  ['message-parts-decoded', inBody((text) => text.replaceAll('=3D', '=').replaceAll('=41', 'A'))],
  [
    'message-empty-body-filled',
    (parts) =>
      parts.body.length > 0 ? parts : { ...parts, separator: CRLF, body: line('This message has no text.') },
  ],
  ['message-utf8-header-replaced', inEveryField((text) => text.replace(/[^\0-\x7f]/g, '?'))],
];

function inBody(change: (text: string) => string): (parts: Parts) => Parts {
  return (parts) => ({ ...parts, body: Buffer.from(change(parts.body.toString('latin1')), 'latin1') });
}

function inHeader(
  change: (fields: readonly HeaderField[]) => readonly HeaderField[],
): (parts: Parts) => Parts {
  return (parts) => ({ ...parts, fields: change(parts.fields) });
}

function inEveryField(change: (text: string) => string): (parts: Parts) => Parts {
  return inHeader((fields) =>
    fields.map((one) => ({ ...one, octets: Buffer.from(change(one.octets.toString('latin1')), 'latin1') })),
  );
}

function field(text: string): HeaderField {
  const [name = '', value = ''] = text.split(': ');
  return { name: name.toLowerCase(), value, octets: line(text) };
}

function breakOverlong(text: string): string {
  const pieces = new RegExp(`.{${WIDTH}}(?=.)`, 'gs');
  return text
    .split(EOL)
    .map((one) => (one.length > 998 ? one.replace(pieces, `$&${EOL}`) : one))
    .join(EOL);
}

function rewrapped(lines: string): string {
  return lines
    .split(EOL)
    .join('')
    .replace(/.{64}/g, `$&${EOL}`)
    .replace(/(?<!\r\n)$/, EOL);
}
