import { check } from '../../harness/check/check.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, fill, STRANGER } from './forms.ts';

const CODES: readonly number[] = [550, 551, 553, 554];

export const relayRefusalExplainsItself = check(
  {
    id: 'RLY-016',
    slug: 'relay-refusal-explains-itself',
    title: 'Relay refusal is permanent and self-explanatory (550/554 with 5.7.1)',
    sends: 'MAIL from a stranger and RCPT for somebody elsewhere, and no message',
    demands: '550, 551, 553 or 554 with the enhanced code 5.7.1 or another of 5.7',
    level: 'SHOULD',
    worst: 'warn',
    severity: 'low',
    clauses: ['rfc5321#3.6.2', 'rfc5321#7.9', 'rfc3463#3.8', 'rfc2505#2.13'],
    roles: ['mx'],
    needs: ['dns'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    limits: ['A refusal behind DATA is not looked at.'],
    kills: ['mx-refuses-relay-for-now', 'mx-refuses-relay-without-enhanced-code'],
  },
  async (services) => {
    const { lab, smtp, verify, patiently, notApplicable } = services;
    lab().assertUntrusted();
    const values = await createFields(services)();
    const reply = await patiently(async () => {
      const client = await smtp({ at: 'ready' });
      const mail = await client.command(`MAIL FROM:${fill(STRANGER, values)}`);
      const decided = isPositive(mail) ? await client.command(`RCPT TO:${fill(ELSEWHERE, values)}`) : mail;
      await client.quit();
      return decided;
    });
    if (isPositive(reply)) notApplicable('The recipient is not refused.', lineOf(reply));
    const permanent = verify.that(!isTemporary(reply), {
      demand: 'relaying is refused for good',
      expected: CODES.join(' or '),
      actual: lineOf(reply),
    });
    if (!permanent) return;
    verify.reply(reply, 'relaying is refused with a code that says so').code(...CODES);
    verify.that(reply.enhanced?.startsWith('5.7.') === true, {
      demand: 'the refusal carries an enhanced code for security and policy',
      expected: '5.7.1',
      actual: lineOf(reply),
    });
  },
);
