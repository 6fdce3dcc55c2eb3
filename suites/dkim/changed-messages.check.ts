import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { seenAuthor } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectNoPassOf, expectPass } from './expectation.ts';
import { altered, longer, signedLetter } from './letter.ts';

export const changedBodiesAreDetected = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-003',
    slug: 'changed-bodies-are-detected',
    title: 'A changed body is detected',
    sends: 'signed messages, one with a letter of the body changed, one with a line added at its end',
    demands: 'neither signature is recorded as good',
    level: 'SHOULD',
    severity: 'critical',
    clauses: ['rfc6376#6.1.3', 'rfc6376#3.7'],
    waits: deliveries(2),
    kills: ['dkim-overlooks-body-changes'],
  },
  async (services) => {
    const { bytes } = services;
    const { author, order } = await seenAuthor(services);
    const signed = () => signedLetter(services, author, [order]);
    await expectNoPassOf(services, {
      name: 'one letter changed',
      demand: 'a signature does not pass when a letter of the body was changed',
      letter: () => altered(signed(), 'the chair', 'the choir'),
    });
    await expectNoPassOf(services, {
      name: 'a line added',
      demand: 'a signature does not pass when a line was added to the body',
      letter: () => longer(signed(), bytes.line('A line that nobody signed.')),
    });
  },
);

export const changedFieldsAreDetected = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-004',
    slug: 'changed-fields-are-detected',
    title: 'A changed signed header field is detected; relaxed whitespace changes are tolerated',
    sends:
      'messages whose signature covers From, To, Subject and Date, with Subject changed, with From changed, with Subject folded anew (relaxed)',
    demands: 'a changed field breaks the signature, a folded one does not',
    level: 'SHOULD',
    severity: 'critical',
    clauses: ['rfc6376#6.1.3', 'rfc6376#3.4', 'rfc6376#3.4.2', 'rfc6376#3.7'],
    waits: deliveries(3),
    kills: ['dkim-overlooks-header-changes', 'dkim-refolding-breaks-signatures'],
  },
  async (services) => {
    const { variant, bytes } = services;
    const { author, order } = await seenAuthor(services);
    const fields = ['from', 'to', 'subject', 'date'];
    const signed = () => signedLetter(services, author, [{ ...order, fields }]);
    await expectNoPassOf(services, {
      name: 'Subject changed',
      demand: 'a signature does not pass when a Subject that it covers was changed',
      letter: () => altered(signed(), 'Minutes of the meeting', 'Minutes of the hearing'),
    });
    await expectNoPassOf(services, {
      name: 'From changed',
      demand: 'a signature does not pass when the From that it covers was changed',
      letter: () => altered(signed(), `<${author.address}>`, `<chair@${author.domain}>`),
    });
    await variant('Subject folded anew', async (verify) => {
      const folded = `Minutes   of${bytes.CRLF.toString()}\t the meeting`;
      const outcome = await attempt(services, () => altered(signed(), 'Minutes of the meeting', folded));
      expectPass(services, verify.ideally, outcome, 'relaxed canonicalization forgives another folding');
    });
  },
);
