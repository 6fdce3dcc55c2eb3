import { check } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { recipientReply } from '../../harness/steps/name-recipient.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { assertStranger } from '../../harness/steps/trusted-client.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, fill, STRANGER } from './forms.ts';

const CODES = [550, 551, 553, 554];

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
    withoutLab: 'decides',
    considers: [strangersAreServed],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    limits: ['A refusal after DATA is not looked at.'],
    kills: ['mx-refuses-relay-for-now', 'mx-refuses-relay-without-enhanced-code'],
  },
  async (services) => {
    const { target, verify, notApplicable, inconclusive } = services;
    assertStranger(services);
    const values = await createFields(services)();
    const paths = { sender: fill(STRANGER, values), recipient: fill(ELSEWHERE, values) };
    const reply = await recipientReply(services, paths);
    if (isPositive(reply)) notApplicable('The recipient is not refused.', lineOf(reply));
    const local = `<${target.accounts[0]?.address ?? `postmaster@${target.domain}`}>`;
    const control = await recipientReply(services, { ...paths, recipient: local });
    if (!isPositive(control))
      inconclusive(
        'precondition',
        `Mail for a local mailbox is refused to strangers too, so the refusal may be about the client: ${lineOf(control)}`,
      );
    if (!verify.reply(reply, 'relaying is refused for good').codeClass(5)) return;
    verify.reply(reply, 'relaying is refused with a code that says so').code(...CODES);
    verify.matches(lineOf(reply), /^\d{3} 5\.7\.\d{1,3}(?:\s|$)/, {
      demand: 'the refusal carries an enhanced code for security and policy',
      expected: '5.7.1',
    });
  },
);
