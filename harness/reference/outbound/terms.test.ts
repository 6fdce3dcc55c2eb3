import { describe, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName } from '../../model/faults.ts';
import { lines } from '../../wire/bytes.ts';
import { TERMS_OF_HOSTS, type TermsObservation } from '../testing/observations/terms-of-hosts.ts';
import { termsOf } from './terms.ts';

type Offer = Pick<TermsObservation, 'keywords' | 'smtpUtf8' | 'message'>;

function told({ keywords, smtpUtf8, message }: Offer, fault?: FaultName): string {
  const terms = termsOf(
    { keywords: new Map(keywords.map((keyword) => [keyword, ''])), mechanisms: [] },
    { sender: 'a@home.test', recipients: ['b@open.test'], smtpUtf8 },
    message,
    (one) => one === fault,
  );
  return terms.possible
    ? `${terms.parameters} as ${terms.message.toString('latin1')}`
    : `not: ${terms.reply}`;
}

describe('faults of outgoing mail towards hosts that offer little', () => {
  for (const fault of FAULT_NAMES) {
    const observation = TERMS_OF_HOSTS[fault];
    if (!observation) continue;
    test(fault, () => {
      expect(told(observation)).toMatch(observation.good);
      expect(told(observation, fault)).toMatch(observation.faulty);
    });
  }
});

describe('what a host offers', () => {
  test('is asked for where the message needs it', () => {
    const message = lines('Subject: Jörg', '', 'Jörg');
    const keywords = ['8BITMIME', 'SMTPUTF8'];
    expect(told({ keywords, smtpUtf8: true, message })).toMatch(/^ SMTPUTF8 BODY=8BITMIME as /);
  });

  test('is no matter where it does not', () => {
    const message = lines('Subject: hello', '', 'text');
    expect(told({ keywords: [], smtpUtf8: true, message })).toMatch(/^ as Subject: hello/);
  });
});
