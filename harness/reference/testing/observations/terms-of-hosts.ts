import type { FaultName } from '../../../model/faults.ts';
import { lines } from '../../../wire/bytes.ts';

/** A fault in how mail is sent to a host that offers little: what becomes of one message. */
export interface TermsObservation {
  readonly keywords: readonly string[];
  readonly smtpUtf8: boolean;
  readonly message: Buffer;
  readonly good: RegExp;
  readonly faulty: RegExp;
}

const EIGHT_BIT = lines('Subject: hello', 'Content-Transfer-Encoding: 8bit', '', 'Jörg');
const UTF8 = lines('Subject: Jörg', '', 'text');

/** Octets are shown as Latin-1. */
export const TERMS_OF_HOSTS: Partial<Record<FaultName, TermsObservation>> = {
  'outbound-sends-8bit-regardless': {
    keywords: [],
    smtpUtf8: false,
    message: EIGHT_BIT,
    good: /^not: 5\.6\.3/,
    faulty: /^ as .*J\xc3\xb6rg/s,
  },
  'outbound-encodes-8bit-wrongly': {
    keywords: [],
    smtpUtf8: false,
    message: EIGHT_BIT,
    good: /^not: 5\.6\.3/,
    faulty: /^ as .*8bit.*J=C3=B6rg/s,
  },
  'outbound-encodes-signed-8bit': {
    keywords: [],
    smtpUtf8: false,
    message: EIGHT_BIT,
    good: /^not: 5\.6\.3/,
    faulty: /^ as .*quoted-printable.*J=C3=B6rg/s,
  },
  'outbound-does-not-declare-8bit': {
    keywords: ['8BITMIME'],
    smtpUtf8: false,
    message: EIGHT_BIT,
    good: /^ BODY=8BITMIME as /,
    faulty: /^ as /,
  },
  'outbound-sends-utf8-regardless': {
    keywords: ['8BITMIME'],
    smtpUtf8: true,
    message: UTF8,
    good: /^not: 5\.6\.7/,
    faulty: /^ as .*J\xc3\xb6rg/s,
  },
  'outbound-replaces-utf8': {
    keywords: ['8BITMIME'],
    smtpUtf8: true,
    message: UTF8,
    good: /^not: 5\.6\.7/,
    faulty: /^ as .*J\?rg/s,
  },
};
