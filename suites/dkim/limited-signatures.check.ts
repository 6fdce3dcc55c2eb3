import { check, type SignatureOrder } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { seenAuthor } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectNoPassOf } from './expectation.ts';
import { longer, signedLetter } from './letter.ts';

/** Octets of HTML after the part that is signed. */
const APPENDED = 2_048;
const DAY_S = 86_400;

export const partialSignaturesDoNotPassUnnoticed = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-014',
    slug: 'partial-signatures-do-not-pass-unnoticed',
    title: 'Partial body coverage (l=) does not let appended content pass unnoticed',
    sends:
      'messages with l= of the length of the body and HTML after it, with l=0, and with l= larger than the body',
    demands: 'none is recorded as plainly good',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc6376#8.2', 'rfc6376#3.5', 'rfc6376#6.1.3', 'rfc6376#3.7'],
    waits: deliveries(3),
    kills: ['dkim-takes-excessive-lengths', 'dkim-takes-partial-bodies'],
  },
  async (services) => {
    const { bytes } = services;
    const { author, order } = await seenAuthor(services);
    const body = bytes.lines('The minutes of the meeting are complete.');
    const signed = (special: Partial<SignatureOrder>) =>
      signedLetter(services, author, [{ ...order, ...special }], { body });
    const html = bytes.lines('<html><body>', ...htmlLines(), '</body></html>');
    await expectNoPassOf(services, {
      name: 'HTML after the signed part',
      demand: 'a signature that leaves appended HTML out is not recorded as plainly good',
      letter: () => longer(signed({ bodyLength: body.length }), html),
      ideally: true,
    });
    await expectNoPassOf(services, {
      name: 'l=0',
      demand: 'a signature that leaves the whole body out is not recorded as plainly good',
      letter: () => signed({ bodyLength: 0 }),
      ideally: true,
    });
    const more = { name: 'l', value: String(body.length + APPENDED) };
    await expectNoPassOf(services, {
      name: 'l= larger than the body',
      demand: 'a signature that claims to cover more than there is does not pass',
      letter: () => signed({ rewrite: (tags) => [...tags.slice(0, -1), more, ...tags.slice(-1)] }),
    });
  },
);

function htmlLines(): string[] {
  const line = '<p>Nobody has signed this text, which was put after the message.</p>';
  return Array.from({ length: Math.ceil(APPENDED / line.length) }, () => line);
}

export const expiredSignaturesAreRecognised = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-015',
    slug: 'expired-signatures-are-recognised',
    title: 'Expired signatures are recognised',
    sends:
      'messages whose signature expired a day ago, expires before it was made, or was made a year from now',
    demands: 'the first two are not recorded as good; the third may be',
    level: 'MAY',
    worst: 'warn',
    severity: 'low',
    clauses: ['rfc6376#3.5', 'rfc6376#6.1.1'],
    waits: deliveries(3),
    kills: ['dkim-overlooks-expiry'],
  },
  async (services) => {
    const { author, order } = await seenAuthor(services);
    const now = Math.floor(Date.now() / 1000);
    const signed = (times: Readonly<Record<string, number>>) => {
      const more = Object.entries(times).map(([name, time]) => ({ name, value: String(time) }));
      return signedLetter(services, author, [{ ...order, more }]);
    };
    await expectNoPassOf(services, {
      name: 'expired',
      demand: 'a signature that expired a day ago does not pass',
      letter: () => signed({ t: now - 2 * DAY_S, x: now - DAY_S }),
    });
    await expectNoPassOf(services, {
      name: 'expires before it was made',
      demand: 'a signature that expires before it was made does not pass',
      letter: () => signed({ t: now + 2 * DAY_S, x: now + DAY_S }),
    });
    const { line } = await attempt(services, () => signed({ t: now + 365 * DAY_S }));
    services.note(`a signature from a year ahead, about which verifiers may decide as they like: ${line}`);
  },
);
