import { check } from '../../harness/check/check.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';

export const postmasterIsReachable = check(
  {
    id: 'SMTP-006',
    slug: 'postmaster-is-reachable',
    title: 'Postmaster is reachable, with and without domain, in any case',
    sends:
      'from the null sender: postmaster and PostMaster at the mail domain, postmaster and POSTMASTER alone',
    demands: 'every form is accepted',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#4.5.1', 'rfc5321#4.1.1.3', 'rfc5321#2.3.5'],
    roles: ['mx'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '15s',
    limits: ['No message is sent: that a recipient is accepted is no proof that somebody reads it.'],
    kills: ['mx-refuses-bare-postmaster'],
  },
  async ({ smtp, target, variant, patiently, inconclusive }) => {
    const forms = [`postmaster@${target.domain}`, `PostMaster@${target.domain}`, 'postmaster', 'POSTMASTER'];
    for (const form of forms) {
      await variant(`<${form}>`, async (verify) => {
        const reply = await patiently(async () => {
          const client = await smtp({ at: 'ready' });
          const mail = await client.command('MAIL FROM:<>');
          if (!isPositive(mail) && !isTemporary(mail))
            inconclusive('precondition', `The null sender is refused, see SMTP-007: ${lineOf(mail)}`);
          const rcpt = isPositive(mail) ? await client.command(`RCPT TO:<${form}>`) : mail;
          await client.quit();
          return rcpt;
        });
        const strength = isTemporary(reply) ? verify.ideally : verify;
        strength.reply(reply, 'postmaster is accepted').code(250, 251);
      });
    }
  },
);
