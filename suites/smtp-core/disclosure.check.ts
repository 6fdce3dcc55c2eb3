import { check, type SmtpReply } from '../../harness/check/check.ts';
import { classOf, lineOf } from '../../harness/steps/replies.ts';
import { openAnonymous } from './session.ts';
import { DIALOGUE } from './smtp-check.ts';

export const strangersLearnNothing = check(
  {
    id: 'SMTP-008',
    slug: 'strangers-learn-nothing',
    title: 'VRFY, EXPN and ETRN disclose nothing to strangers',
    sends: 'VRFY of the account, of its local part and of nobody; EXPN of a list and of nobody; ETRN',
    demands: 'the same class of reply for names that exist and that do not; no members, no queue run',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc5321#3.5.3', 'rfc5321#7.3', 'rfc5321#4.5.1', 'rfc2505#2.11', 'rfc2505#2.12'],
    ...DIALOGUE,
    budget: '15s',
    limits: [
      'What RCPT tells about users is not looked at: unknown recipients have to be refused (RLY-015).',
    ],
    kills: ['smtp-vrfy-names-users', 'smtp-expn-lists-members', 'submission-offers-etrn'],
  },
  async (services) => {
    const { role, target, account, nonce, verify } = services;
    const { address } = account();
    const local = address.slice(0, address.lastIndexOf('@'));
    /** At most two questions on a connection, for the answers count as errors. */
    const ask = async (...commands: readonly string[]) => {
      const client = await openAnonymous(services);
      const replies: SmtpReply[] = [];
      for (const command of commands) replies.push(await client.command(command));
      await client.quit();
      return replies;
    };
    const known = await ask(`VRFY ${local}`, `VRFY ${address}`);
    const nobody = await ask(`VRFY nosuch-${nonce}`, `VRFY nosuch-${nonce}@${target.domain}`);
    for (const [index, reply] of known.entries()) {
      const other = nobody[index];
      if (!other) continue;
      verify.that(classOf(reply) === classOf(other) && !names(reply, local), {
        demand: 'VRFY does not tell who exists',
        expected: `the same for somebody and for nobody, without a name: ${lineOf(other)}`,
        actual: lineOf(reply),
      });
    }
    // Some want a domain, and say so first.
    const first = known.find(({ code }) => code === 252) ?? known[0];
    if (first)
      verify.ideally
        .reply(first, 'VRFY that verifies nothing says so')
        .code(...(role === 'mx' ? [252] : [252, 530]));
    for (const reply of await ask('EXPN staff', `EXPN nosuch-${nonce}`))
      if (reply.code === 252) verify.met('EXPN names nobody', reply.text);
      else verify.reply(reply, 'EXPN names nobody').codeClass(4, 5);
    for (const reply of await ask(`ETRN ${target.domain}`))
      verify.reply(reply, 'ETRN starts no queue run for a stranger').codeClass(4, 5);
  },
);

/** The reply tells a mailbox that was not in the question in this form. */
function names({ code, lines }: SmtpReply, local: string): boolean {
  return (
    (code === 250 || code === 251) &&
    lines.some((line) => line.toLowerCase().includes(`${local.toLowerCase()}@`))
  );
}
