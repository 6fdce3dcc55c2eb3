import { describe, expect, test } from 'vitest';
import type { SmtpReply } from '../../harness/check/check.ts';
import { type Replies, whyUnearned } from './at-recipient.ts';
import { placeOf, subjectOf } from './relay-reply.ts';

function reply(line: string): SmtpReply {
  const [code = '', ...words] = line.split(' ');
  return { code: Number(code), lines: [words.join(' ')], enhanced: undefined, text: line };
}

test.each([
  // As real servers say it: Postfix, Sendmail, Exim, Exchange, qmail, Courier, Stalwart.
  ['554 5.7.1 <x@sink.example>: Relay access denied', 'relaying'],
  ['454 4.7.1 <x@sink.example>: Relay access denied', 'relaying'],
  ['550 5.7.1 <x@sink.example>... Relaying denied', 'relaying'],
  ['550 relay not permitted', 'relaying'],
  ['550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain', 'relaying'],
  ["553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", 'relaying'],
  ['513 Relaying denied.', 'relaying'],
  ['550 5.1.2 Relay not allowed.', 'relaying'],
  ['450 4.1.2 <x@sink.example>: Recipient address rejected: Domain not found', 'domain'],
  ['550 5.1.2 <x@sink.example>: Recipient address rejected: Domain not found', 'domain'],
  ['556 5.1.10 <x@example.com>: Domain does not accept mail (nullMX)', 'domain'],
  ['550 5.4.4 no route', 'domain'],
  ['451 4.7.1 Greylisting in action, please come back later', 'unsaid'],
  ['550 Unrouteable address', 'unsaid'],
  ['550 5.1.1 <x@sink.example>: User unknown', 'unsaid'],
  ['550 Invalid recipient: <relay-x@sink.example>', 'unsaid'],
  ['550 relay.example.org does not know you', 'unsaid'],
])('%s is about %s', (line, subject) => {
  expect(subjectOf(reply(line), ['relay.example.org', 'example.org'])).toBe(subject);
});

describe('a refusal shows that relaying is refused', () => {
  const unknown = reply('550 5.1.1 User unknown');
  const said: Replies = { elsewhere: reply('554 5.7.1 Relay access denied'), unknown };
  const silent: Replies = { elsewhere: reply('550 No'), literal: reply('550 No'), unknown };
  const ofDomain: Replies = {
    elsewhere: reply('550 5.1.2 Domain not found'),
    literal: reply('550 5.1.2 Bad address'),
    unknown,
  };

  test.each<[string, string, Replies | undefined]>([
    ['it says so', '550 5.7.1 Relaying denied', undefined],
    ['it says so for now', '454 4.7.1 Relay access denied', undefined],
    ['relaying is the reason for the plain recipient', '550 5.1.1 User unknown', said],
    ['such a recipient is taken as it is', '550 5.1.1 User unknown', { elsewhere: reply('250 Ok'), unknown }],
    ['a user is let send there', '550 No', { ...silent, toUser: reply('250 Ok') }],
    [
      'relaying is the reason where no domain is looked up',
      '550 5.1.2 Domain not found',
      { ...ofDomain, literal: reply('554 5.7.1 Relay access denied') },
    ],
  ])('where %s', (_, line, replies) => {
    expect(whyUnearned(reply(line), replies, [])).toBeUndefined();
  });

  test.each<[string, string, Replies | undefined, RegExp]>([
    ['an open relay may not find the domain', '550 5.1.2 Domain not found', ofDomain, /about the domain/],
    [
      'an open relay may look up strangers’ recipients alone',
      '550 5.1.2 Domain not found',
      { ...ofDomain, toUser: reply('250 Ok') },
      /about the domain/,
    ],
    ['a form leads past the rule', '550 5.1.2 Domain not found', said, /about the domain/],
    ['nobody knows why', '550 No', silent, /does not say why/],
    ['users hear the same', '550 No', { ...silent, toUser: reply('550 No') }, /does not say why/],
    ['there is no mx', '550 No', undefined, /does not say why/],
    ['it is put off', '451 4.7.1 Greylisting in action', said, /put off/],
  ])('and does not where %s', (_, line, replies, why) => {
    expect(whyUnearned(reply(line), replies, [])).toMatch(why);
  });
});

test.each([
  ['<u@sink.example>', 'elsewhere'],
  ['<u@[192.0.2.25]>', 'elsewhere'],
  ['<@mail.example.test:u@sink.example>', 'elsewhere'],
  ['<u@example.test@sink.example>', 'elsewhere'],
  ['<u@sink.example.>', 'elsewhere'],
  ['<u%sink.example@example.test>', 'nobody'],
  ['<u%sink.example>', 'nobody'],
  ['<"u@sink.example"@MAIL.example.test>', 'nobody'],
  ['<u@sink.example@>', 'nobody'],
  ['<u@example.test. >', 'nobody'],
  ['<u@sink.example,anna@example.test>', 'nobody'],
  ['<anna@[127.0.0.1]>', 'account'],
  ['<anna+u=sink.example@example.test>', 'account'],
  ['<annabel@example.test>', 'nobody'],
])('%s lies %s', (recipient, place) => {
  const names = ['example.test', 'mail.example.test', 'localhost', '[127.0.0.1]'];
  expect(placeOf(recipient, { names, mailbox: 'anna' })).toBe(place);
});
