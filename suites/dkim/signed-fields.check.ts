import { check } from '../../harness/check/check.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { SENT_MAIL } from './dkim-check.ts';
import { linesOf, ownSignatures, sendSigned } from './sent-mail.ts';

/** Fields of the message that readers go by. */
const CORE = ['to', 'subject', 'date', 'message-id', 'mime-version', 'content-type'];
const TRACE = ['received', 'return-path'];
/** Fields that somebody could put above the ones that were signed. */
const ADDED = [
  { name: 'From', line: 'From: <somebody@elsewhere.example>' },
  { name: 'Subject', line: 'Subject: Another subject' },
];

export const signaturesCoverWhatReadersSee = check(
  {
    ...SENT_MAIL,
    id: 'DKIM-019',
    slug: 'signatures-cover-what-readers-see',
    title: 'From and the core fields are signed and over-signed; trace fields are not',
    sends:
      'a message of a user to somebody elsewhere; what arrives is verified again with a second From or Subject',
    demands:
      'From is covered, and what readers go by; a field that is added breaks the signature; trace fields are not covered',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc6376#5.4', 'rfc6376#5.4.1', 'rfc6376#8.15'],
    waits: deliveries(1),
    kills: ['signs-without-author', 'signs-author-once'],
  },
  async (services) => {
    const { verify, bytes, authentication } = services;
    const { dkim } = authentication;
    const mail = await sendSigned(services);
    const own = ownSignatures(mail);
    for (const { domain, selector, tags } of own) {
      const covered = dkim.membersOf(dkim.tagValue(tags, 'h'));
      const which = `the signature of ${selector} at ${domain}`;
      const actual = `h=${covered.join(':')}`;
      verify.that(covered.includes('from'), {
        demand: `${which} covers From`,
        expected: 'from in h=',
        actual,
      });
      const missing = CORE.filter((name) => !covered.includes(name));
      verify.ideally.that(missing.length === 0, {
        demand: `${which} covers what readers go by`,
        expected: CORE.join(':'),
        actual: missing.length === 0 ? actual : `${actual}, without ${missing.join(', ')}`,
      });
      verify.ideally.that(!TRACE.some((name) => covered.includes(name)), {
        demand: `${which} covers no field that is added on the way`,
        expected: `neither ${TRACE.join(' nor ')}`,
        actual,
      });
    }
    const good = own.filter(({ result }) => result === 'pass');
    if (good.length === 0) return;
    for (const { name, line } of ADDED) {
      const changed = Buffer.concat([bytes.line(line), mail.arrived.content]);
      const verified = await dkim.verify(changed, publishedTexts(services));
      const fooled = verified.filter(
        ({ result, selector, domain }) =>
          result === 'pass' && good.some((one) => one.selector === selector && one.domain === domain),
      );
      const demand = `a second ${name} breaks the signature`;
      const expected = `${name} is signed once more than it occurs`;
      if (fooled.length === 0) verify.ideally.met(demand, 'no signature passes any more');
      else verify.ideally.missed(demand, { expected, actual: linesOf(fooled) });
    }
  },
);
