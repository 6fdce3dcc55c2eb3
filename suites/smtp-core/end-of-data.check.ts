import { type CheckDefinition, check, type Services, type Verify } from '../../harness/check/check.ts';
import { encode, type FalseEnd, nameOf, REACHABLE, realEnd, UNREACHABLE } from './end-of-data.ts';
import { message } from './message.ts';
import { beginTransaction } from './session.ts';
import { MESSAGES } from './smtp-check.ts';
import { assertRealEndWorks, verifyEnd, withoutLineEnd } from './smuggling.ts';
import { observe } from './smuggling-trial.ts';

/** What the checks of this file have in common. */
const FALSE_ENDS = {
  ...MESSAGES,
  demands: 'the data ends at its real end and nowhere else',
  level: 'MUST',
  asStranger: true,
  clauses: ['rfc5321#4.1.1.4', 'rfc5321#2.3.8'],
  budget: '60s',
} as const satisfies Partial<CheckDefinition>;

export const onlyTheRealEndEndsData = check(
  {
    id: 'SMTP-014',
    slug: 'only-the-real-end-ends-data',
    title: 'Only CRLF.CRLF ends the data (end-of-data strictness)',
    sends:
      'messages in which octets stand that resemble the end of data and that a sender passes on, then, at once and after a silence, a line of text and the real end; the real end over several segments',
    ...FALSE_ENDS,
    severity: 'critical',
    limits: [
      'Published as VU#302671, with CVE-2023-51764 (Postfix), CVE-2023-51765 (Sendmail) and CVE-2023-51766 (Exim).',
      'What becomes of octets that are taken as content is looked at by SMTP-013 for the mailbox and by SMTP-016 for mail to others.',
    ],
    kills: [
      'smtp-ends-data-at-lf-dot-lf',
      'smtp-ends-data-at-lf-dot-crlf',
      'smtp-ends-data-at-lf-dot-cr',
      'smtp-ends-data-at-cr-dot-cr',
      'smtp-ends-data-at-cr-dot-crlf',
      'smtp-ends-data-at-cr-dot-lf',
      'smtp-ends-data-at-crlf-nul-dot-crlf',
      'smtp-ends-data-at-cr-nul-lf-dot-crlf',
      'smtp-ends-data-at-lf-dot-lf-and-silence',
      'smtp-refuses-false-end-and-goes-on',
    ],
  },
  (services) => strictAbout(services, REACHABLE),
);

export const nothingUnreachableEndsData = check(
  {
    id: 'SMTP-027',
    slug: 'nothing-near-the-real-end-ends-data',
    title: 'A dot line with a wrong end does not end the data, even where senders would have stuffed it',
    sends:
      'messages in which a line begins with a dot after CRLF and ends otherwise than in CRLF, or holds more than the dot, then, at once and after a silence, a line of text and the real end',
    ...FALSE_ENDS,
    severity: 'medium',
    limits: [
      'A sender that stuffs dots never emits these octets, so that an attacker reaches them only through a broken one.',
    ],
    kills: [
      'smtp-ends-data-at-crlf-dot-lf',
      'smtp-ends-data-at-crlf-dot-cr',
      'smtp-ends-data-at-crlf-dot-nul-crlf',
      'smtp-ends-data-at-crlf-dot-cr-cr-lf',
      'smtp-ends-data-at-crlf-dot-space-crlf',
    ],
  },
  (services) => strictAbout(services, UNREACHABLE),
);

/** A line of text and the real end after each false one: where the line is answered, the data had ended. */
async function strictAbout(services: Services, falseEnds: readonly FalseEnd[]): Promise<void> {
  await assertRealEndWorks(services);
  for (const [index, falseEnd] of falseEnds.entries())
    for (const silence of [false, true])
      await services.variant(`${nameOf(falseEnd)}${silence ? ', then silence' : ''}`, (verify) =>
        judge(services, verify, falseEnd, { label: `${index}${silence ? 's' : ''}`, silence }),
      );
}

/**
 * @param silence some servers refuse what stands after the end of a message, whatever they take for that
 *   end, unless it comes later: where segments are cut is up to an attacker
 */
async function judge(
  services: Services,
  verify: Verify,
  falseEnd: FalseEnd,
  { label, silence }: { readonly label: string; readonly silence: boolean },
): Promise<void> {
  const { nonce, target } = services;
  const { client, from } = await beginTransaction(services);
  const token = `${nonce}-${label}`;
  const lines = withoutLineEnd(services, message(services, { token, from }));
  const carrier = Buffer.concat([lines, encode(services, falseEnd)]);
  const rest = Buffer.concat([Buffer.from(`The minutes ${token} go on.`), realEnd(services)]);
  const pieces = silence ? [carrier, rest] : [Buffer.concat([carrier, rest])];
  const trial = await observe(services, client, pieces, 'none', target.timing.quietMs);
  verifyEnd(verify, trial, falseEnd);
}
