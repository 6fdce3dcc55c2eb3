import { check } from '../../harness/check/check.ts';
import { attempt } from './attempt.ts';
import { ordinaryAuthor } from './author.ts';
import { assertResultsAreSeen } from './controls.ts';
import { messages, RECEIVED_MAIL } from './dkim-check.ts';
import { expectNoPass, expectPass } from './expectation.ts';
import { altered, compose, withContent } from './letter.ts';

export const changedBodiesAreDetected = check(
  {
    ...RECEIVED_MAIL,
    id: 'DKIM-003',
    slug: 'changed-bodies-are-detected',
    title: 'A changed body is detected',
    sends: 'signed messages, one with a letter of the body changed, one with a line added at its end',
    demands: 'neither signature is recorded as good',
    level: 'SHOULD',
    severity: 'critical',
    clauses: ['rfc6376#6.1.3'],
    waits: messages(2),
    kills: ['dkim-overlooks-body-changes'],
  },
  async (services) => {
    const { variant, bytes, authentication } = services;
    const sight = assertResultsAreSeen(services);
    const { author, order } = await ordinaryAuthor(services, { sight });
    const signed = () => {
      const letter = compose(services, author);
      return withContent(letter, authentication.dkim.signed(letter.content, order));
    };
    await variant('one letter changed', async (verify) => {
      const letter = altered(signed(), 'the chair', 'the choir');
      expectNoPass(services, verify, {
        attempt: await attempt(services, letter),
        demand: 'a signature does not pass when a letter of the body was changed',
      });
    });
    await variant('a line added', async (verify) => {
      const letter = signed();
      const longer = Buffer.concat([letter.content, bytes.line('A line that nobody signed.')]);
      expectNoPass(services, verify, {
        attempt: await attempt(services, withContent(letter, longer)),
        demand: 'a signature does not pass when a line was added to the body',
      });
    });
  },
);

export const changedFieldsAreDetected = check(
  {
    ...RECEIVED_MAIL,
    id: 'DKIM-004',
    slug: 'changed-fields-are-detected',
    title: 'A changed signed header field is detected; relaxed whitespace changes are tolerated',
    sends:
      'messages whose signature covers From, To, Subject and Date, with Subject changed, with From changed, with Subject folded anew (relaxed)',
    demands: 'a changed field breaks the signature, a folded one does not',
    level: 'SHOULD',
    severity: 'critical',
    clauses: ['rfc6376#6.1.3', 'rfc6376#3.4', 'rfc6376#3.4.2'],
    waits: messages(3),
    kills: ['dkim-overlooks-header-changes', 'dkim-refolding-breaks-signatures'],
  },
  async (services) => {
    const { variant, bytes, authentication } = services;
    const sight = assertResultsAreSeen(services);
    const { author, order } = await ordinaryAuthor(services, { sight });
    const signed = () => {
      const letter = compose(services, author);
      const fields = ['from', 'to', 'subject', 'date'];
      return withContent(letter, authentication.dkim.signed(letter.content, { ...order, fields }));
    };
    await variant('Subject changed', async (verify) => {
      const letter = altered(signed(), 'Minutes of the meeting', 'Minutes of the hearing');
      expectNoPass(services, verify, {
        attempt: await attempt(services, letter),
        demand: 'a signature does not pass when a Subject that it covers was changed',
      });
    });
    await variant('From changed', async (verify) => {
      const letter = altered(signed(), `<${author.address}>`, `<chair@${author.domain}>`);
      expectNoPass(services, verify, {
        attempt: await attempt(services, letter),
        demand: 'a signature does not pass when the From that it covers was changed',
      });
    });
    await variant('Subject folded anew', async (verify) => {
      const folded = `Minutes   of${bytes.CRLF.toString()}\t the meeting`;
      expectPass(services, verify.ideally, {
        attempt: await attempt(services, altered(signed(), 'Minutes of the meeting', folded)),
        domain: author.domain,
        demand: 'relaxed canonicalization forgives another folding',
      });
    });
  },
);
