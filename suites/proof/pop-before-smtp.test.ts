import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../harness/model/verdict.ts';
import type { ReferenceOptions } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultOn } from './proof.ts';

const SUITE = CHECKS.filter(({ suite }) => suite === 'pop-before-smtp');
const WINDOW = { windowMs: 3_000 };
/** What is looked at within the window, and not at its end, must not be decided by how quick this machine is. */
const WITHIN = ['PBS-007'];
const LONG = { windowMs: 60_000 };

/** What is said about a server that offers the feature as well as it can be offered, on purpose. */
const OFFERED: Readonly<Record<string, Verdict>> = {
  'PBS-001': 'pass',
  // Relaying without AUTH is what the feature is for, and no good idea.
  'PBS-002': 'warn',
  'PBS-003': 'pass',
  'PBS-004': 'pass',
  'PBS-005': 'pass',
  'PBS-006': 'pass',
  'PBS-007': 'warn',
  'PBS-008': 'pass',
  'PBS-009': 'pass',
  'PBS-010': 'pass',
  'PBS-011': 'pass',
};

const SERVERS: Readonly<
  Record<string, { readonly options: ReferenceOptions; readonly verdicts: Readonly<Record<string, Verdict>> }>
> = {
  'offers POP before SMTP': { options: { popBeforeSmtp: WINDOW }, verdicts: OFFERED },
  'offers IMAP before SMTP too': { options: { popBeforeSmtp: { ...WINDOW, imap: true } }, verdicts: OFFERED },
  'offers POP before SMTP and turns every first visit away': {
    options: { popBeforeSmtp: WINDOW, life: { greylist: true } },
    verdicts: OFFERED,
  },
  'opens mx by logins in the clear, and demands time between two logins by POP3': {
    options: { faults: ['pop3-login-in-clear-opens-relay'], life: { loginDelay: 2 } },
    verdicts: { 'PBS-002': 'fail' },
  },
  'opens the declared window by IMAP to a whole network': {
    options: { popBeforeSmtp: { ...WINDOW, imap: true }, faults: ['pop-before-smtp-grants-network'] },
    // Where others are let in as well, nothing can be said about one login; PBS-006 says so.
    verdicts: { 'PBS-006': 'fail', 'PBS-010': 'inconclusive' },
  },
  'closes the declared window of an IMAP login too late': {
    options: { popBeforeSmtp: { ...WINDOW, imap: true }, faults: ['pop-before-smtp-longer-than-declared'] },
    verdicts: { 'PBS-008': 'inconclusive', 'PBS-010': 'fail' },
  },
  'believes an address that is asserted on IMAP': {
    options: {
      popBeforeSmtp: { ...WINDOW, imap: true },
      faults: ['pop-before-smtp-believes-asserted-address'],
      without: ['pop3', 'pop3s'],
    },
    verdicts: { 'PBS-011': 'fail' },
  },
  'has no TLS for mailboxes, takes logins in the clear and has an undeclared window': {
    options: {
      faults: [
        'pop3-accepts-user-pass-before-tls',
        'imap-accepts-authenticate-before-tls',
        'pop3-login-opens-relay',
        'imap-login-opens-relay',
      ],
      without: ['pop3-stls', 'pop3s', 'imap-starttls', 'imaps'],
    },
    verdicts: { 'PBS-002': 'fail', 'PBS-006': 'pass', 'PBS-010': 'fail' },
  },
  'has no TLS for mailboxes, takes logins in the clear and has a declared window for a network': {
    options: {
      faults: [
        'pop3-accepts-user-pass-before-tls',
        'pop-before-smtp-opened-by-cleartext-login',
        'pop-before-smtp-grants-network',
      ],
      without: ['pop3-stls', 'pop3s'],
    },
    verdicts: { 'PBS-006': 'fail' },
  },
  'has no TLS for mailboxes, takes no logins in the clear and has a window': {
    options: { popBeforeSmtp: WINDOW, without: ['pop3-stls', 'pop3s'] },
    verdicts: { 'PBS-002': 'not-applicable' },
  },
  'has a window of more than an hour': {
    options: { popBeforeSmtp: { windowMs: 86_400_000 } },
    verdicts: { 'PBS-003': 'inconclusive', 'PBS-008': 'fail' },
  },
  'relays for everybody': {
    options: { popBeforeSmtp: WINDOW, faults: ['mx-trusts-private-networks'] },
    verdicts: {
      'PBS-001': 'fail',
      'PBS-002': 'inconclusive',
      'PBS-003': 'inconclusive',
      'PBS-004': 'inconclusive',
      'PBS-005': 'inconclusive',
      'PBS-011': 'inconclusive',
    },
  },
};

for (const [name, { options, verdicts }] of Object.entries(SERVERS)) {
  describe.concurrent(`a server that ${name}`, () => {
    for (const check of SUITE) {
      const expected = verdicts[check.definition.id];
      if (expected === undefined) continue;
      test(`${check.definition.id} is ${expected}`, async () => {
        const isWithin = options.popBeforeSmtp && WITHIN.includes(check.definition.id);
        const result = await resultOn(check, {
          ...options,
          ...(isWithin ? { popBeforeSmtp: { ...options.popBeforeSmtp, ...LONG } } : {}),
        });
        expect(result.verdict, explained(result)).toBe(expected);
      });
    }
  });
}
