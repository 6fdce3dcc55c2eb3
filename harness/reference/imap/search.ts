import { splitMessage } from '../message/header.ts';
import { dayOf, parseDay } from './dates.ts';
import {
  accept,
  astring,
  atEnd,
  atom,
  type Cursor,
  expect,
  ImapSyntaxError,
  number,
  peek,
  sequenceText,
} from './parser.ts';
import { inSequenceSet } from './sequence-set.ts';
import type { MailboxView, Numbered } from './view.ts';

type Test = (candidate: Numbered) => boolean;

/** Reads the keys of SEARCH up to the end of the command (RFC 9051 §6.4.4). @throws ImapSyntaxError */
export function parseSearch(cursor: Cursor, view: MailboxView): Test | 'unknown-charset' {
  if (accept(cursor, 'CHARSET ')) {
    const charset = astring(cursor).toUpperCase();
    if (charset !== 'US-ASCII' && charset !== 'UTF-8') return 'unknown-charset';
    expect(cursor, ' ');
  }
  return keys(cursor, view, 0);
}

function keys(cursor: Cursor, view: MailboxView, depth: number): Test {
  if (depth > 20) throw new ImapSyntaxError('less nesting');
  const tests = [key(cursor, view, depth)];
  while (!atEnd(cursor) && peek(cursor) !== ')') {
    expect(cursor, ' ');
    tests.push(key(cursor, view, depth));
  }
  return (candidate) => tests.every((test) => test(candidate));
}

const FLAG_KEYS = ['ANSWERED', 'DELETED', 'DRAFT', 'FLAGGED', 'SEEN'] as const;
const HEADER_KEYS = ['BCC', 'CC', 'FROM', 'SUBJECT', 'TO'] as const;

function key(cursor: Cursor, view: MailboxView, depth: number): Test {
  if (accept(cursor, '(')) {
    const inner = keys(cursor, view, depth + 1);
    expect(cursor, ')');
    return inner;
  }
  if (/[\d*]/.test(peek(cursor) ?? '')) {
    const within = inSequenceSet(sequenceText(cursor), view.largest.number);
    return ({ number: position }) => within(position);
  }
  const word = atom(cursor).toUpperCase();
  const argument = () => {
    expect(cursor, ' ');
    return astring(cursor);
  };
  for (const name of FLAG_KEYS) {
    const flag = `\\${name[0]}${name.slice(1).toLowerCase()}`;
    if (word === name) return ({ message }) => message.flags.has(flag);
    if (word === `UN${name}`) return ({ message }) => !message.flags.has(flag);
  }
  for (const name of HEADER_KEYS) if (word === name) return headerContains(name, argument());
  switch (word) {
    case 'ALL':
      return () => true;
    case 'RECENT':
      return ({ message }) => view.isRecent(message.uid);
    case 'OLD':
      return ({ message }) => !view.isRecent(message.uid);
    case 'NEW':
      return ({ message }) => view.isRecent(message.uid) && !message.flags.has('\\Seen');
    case 'KEYWORD':
    case 'UNKEYWORD': {
      const wanted = argument();
      return ({ message }) => message.flags.has(wanted) === (word === 'KEYWORD');
    }
    case 'HEADER':
      return headerContains(argument(), argument());
    case 'TEXT':
      return contains(argument(), ({ message }) => message.content);
    case 'BODY':
      return contains(argument(), ({ message }) => splitMessage(message.content).body);
    case 'LARGER':
    case 'SMALLER': {
      expect(cursor, ' ');
      const size = number(cursor);
      return ({ message }) =>
        word === 'LARGER' ? message.content.length > size : message.content.length < size;
    }
    case 'BEFORE':
    case 'ON':
    case 'SINCE':
      return dayTest(word, parseDay(argument()), ({ message }) => message.internalDate);
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
      return dayTest(word.slice('SENT'.length), parseDay(argument()), sentDate);
    case 'UID': {
      expect(cursor, ' ');
      const within = inSequenceSet(sequenceText(cursor), view.largest.uid);
      return ({ message }) => within(message.uid);
    }
    case 'NOT': {
      expect(cursor, ' ');
      const inner = key(cursor, view, depth + 1);
      return (candidate) => !inner(candidate);
    }
    case 'OR': {
      expect(cursor, ' ');
      const left = key(cursor, view, depth + 1);
      expect(cursor, ' ');
      const right = key(cursor, view, depth + 1);
      return (candidate) => left(candidate) || right(candidate);
    }
    default:
      throw new ImapSyntaxError('a search key');
  }
}

function headerContains(name: string, text: string): Test {
  const wanted = text.toLowerCase();
  return ({ message }) =>
    splitMessage(message.content).fields.some(
      (field) => field.name === name.toLowerCase() && field.value.toLowerCase().includes(wanted),
    );
}

function contains(text: string, octetsOf: (candidate: Numbered) => Buffer): Test {
  const wanted = text.toLowerCase();
  return (candidate) => octetsOf(candidate).toString('latin1').toLowerCase().includes(wanted);
}

function sentDate({ message }: Numbered): Date | undefined {
  const value = splitMessage(message.content).fields.find(({ name }) => name === 'date')?.value;
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}

function dayTest(word: string, day: number, dateOf: (candidate: Numbered) => Date | undefined): Test {
  return (candidate) => {
    const date = dateOf(candidate);
    if (!date) return false;
    const own = dayOf(date);
    return word === 'BEFORE' ? own < day : word === 'ON' ? own === day : own >= day;
  };
}
