import { check } from '../../harness/check/check.ts';
import { sameBody, samePassage } from './comparison.ts';
import { bodyAround, letter } from './letter.ts';
import { BOTH_WAYS, TWO_INPUTS } from './message-check.ts';
import { onEveryWay } from './ways.ts';

/** The printable characters of US-ASCII, space included, in order. */
const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index)).join(
  '',
);

export const bodiesAreUnchanged = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-001',
    slug: 'bodies-are-unchanged',
    title: 'The body of a plain message arrives octet by octet, with nothing in front of it or after',
    sends: 'a text with every printable character, some of them as mail programs like to rewrite them',
    demands: 'the same body in the mailbox, by IMAP and by POP3, and at the next hop',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#3.6.3', 'rfc5321#6.4', 'rfc5321#4.1.1.4', 'rfc6409#8'],
    limits: [
      'A footer that a provider adds on purpose is a change all the same: it breaks signatures of the author.',
    ],
    kills: ['message-gets-footer'],
  },
  (services) =>
    onEveryWay(services, {
      label: 'plain text',
      compose: (about) => {
        const body = services.bytes.lines(
          `These are the minutes known as ${about.token}.`,
          PRINTABLE,
          'From the beginning of a line, and >From it',
          '=3D is no equals sign, &amp; is no ampersand, and "=" at the end stays =',
          '-- ',
          'http://example.test/?a=b&c=d <http://example.test/>',
        );
        return letter(services, { ...about, body });
      },
      judge: sameBody('the body is the one that was sent'),
    }),
);

export const whiteSpaceIsKept = check(
  {
    ...TWO_INPUTS,
    id: 'MSG-002',
    slug: 'white-space-is-kept',
    title: 'White space at the end of lines and empty lines arrive as they were sent',
    sends:
      'lines that end in spaces and tabs, lines of white space alone, empty lines inside and at both ends of the body',
    demands: 'the same lines, and as many of them',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#3.6.3', 'rfc6376#3.4', 'rfc3676#4.2'],
    kills: ['message-loses-trailing-space', 'message-loses-last-empty-lines'],
  },
  async (services) => {
    const { bytes } = services;
    await onEveryWay(services, {
      label: 'white space',
      compose: (about) => {
        const passage = bytes.lines(
          'one space ',
          'three   ',
          'a tab\t',
          ' \t ',
          ' ',
          '\t',
          '',
          '',
          '  in front',
          '-- ',
        );
        return letter(services, { ...about, body: bodyAround(services, about.token, passage) });
      },
      judge: samePassage('white space and empty lines are kept'),
    });
    await onEveryWay(services, {
      label: 'empty ends',
      compose: (about) => {
        const body = bytes.lines('', '', `The minutes known as ${about.token}.`, '', '', '');
        return letter(services, { ...about, body });
      },
      judge: sameBody('empty lines at the beginning and at the end are kept'),
    });
  },
);

export const leadingDotsAreKept = check(
  {
    ...TWO_INPUTS,
    id: 'MSG-003',
    slug: 'leading-dots-are-kept',
    title: 'Lines that begin with a dot, or are one, arrive with exactly their dots',
    sends:
      'lines of one to four dots, dots in front of text, and dots in the first and the last line of the body',
    demands: 'the same lines: the dot that transport adds is taken away once, and no other one',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5321#4.5.2', 'rfc1939#3'],
    kills: ['message-loses-second-dot', 'pop3-does-not-stuff'],
  },
  async (services) => {
    const { bytes } = services;
    await onEveryWay(services, {
      label: 'dots inside',
      compose: (about) => {
        const passage = bytes.lines(
          '.',
          '..',
          '...',
          '....',
          '.one',
          '..two',
          '. space',
          '.\t',
          ' .',
          'text',
          '.',
          '',
          '.',
        );
        return letter(services, { ...about, body: bodyAround(services, about.token, passage) });
      },
      judge: samePassage('dots are kept'),
    });
    await onEveryWay(services, {
      label: 'dots at the ends',
      compose: (about) => {
        const body = bytes.lines('.', `The minutes known as ${about.token}.`, '.', '..');
        return letter(services, { ...about, body });
      },
      judge: sameBody('dots in the first and the last lines are kept'),
    });
  },
);
