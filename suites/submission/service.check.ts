import { check, type SmtpReply, Unreachable } from '../../harness/check/check.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { nameRecipient } from '../../harness/steps/name-recipient.ts';
import { isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
import { submissionClient } from './inside-tls.ts';
import { DIALOGUE } from './submission-check.ts';

export const submissionListens = check(
  {
    id: 'SUB-001',
    slug: 'submission-listens',
    title: 'Submission listens on 587',
    sends: 'a connection to 587, and EHLO',
    demands: 'a 220 greeting, and EHLO is accepted',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5068#3.1', 'rfc5068#3.2', 'rfc6409#3.1'],
    ...DIALOGUE,
    per: 'target',
    budget: '8s',
    limits: ['Judged from one place; a filter in front of the target looks like a closed port.'],
    kills: ['submission-closed'],
  },
  async ({ target, smtp, connect, verify, note }) => {
    if (!target.endpoints.submission) {
      const client = await smtp({ role: 'submissions', at: 'ready' });
      client.connection.close();
      verify.ideally.missed('submission is offered on 587 too', {
        expected: 'the roles submission and submissions',
        actual: 'submissions alone is declared',
      });
      return;
    }
    // A refused connection is what this check looks for; every other failure says nothing about the port.
    try {
      (await connect({ role: 'submission' })).close();
    } catch (failure) {
      const refused = failure instanceof Unreachable && failure.code === 'ECONNREFUSED';
      if (!refused) throw failure;
      note(failure.message);
      verify.missed('the declared port accepts connections', { expected: 'a connection', actual: 'refused' });
      return;
    }
    const client = await smtp({ role: 'submission', at: 'ready' });
    verify.reply(client.greeting, 'the port greets with 220').code(220);
  },
);

export const localRecipientsNeedAuth = check(
  {
    id: 'SUB-003',
    slug: 'local-recipients-need-auth',
    title: 'Authentication is required even for local recipients',
    sends: 'MAIL and RCPT for a local mailbox, inside TLS and without AUTH',
    demands: 'MAIL or RCPT is refused',
    level: 'MUST',
    severity: 'high',
    asStranger: true,
    clauses: ['rfc5068#3.1', 'rfc6409#4.3'],
    ...DIALOGUE,
    budget: '10s',
    kills: [
      'submission-takes-unauthenticated-mail',
      'submission-relays-unauthenticated-mail',
      'submissions-takes-unauthenticated-mail',
    ],
  },
  async (services) => {
    const { smtp, target, helloName, inconclusive, variant, role, note } = services;
    const recipient = target.accounts[0]?.address ?? `postmaster@${target.domain}`;

    const attempt = async (phase: 'clear' | 'tls') => {
      const client = phase === 'tls' ? await submissionClient(services) : await smtp({ at: 'ready' });
      const paths = { sender: `<probe@${helloName}>`, recipient: `<${recipient}>` };
      const reply = await nameRecipient(client, paths);
      await client.quit();
      return reply;
    };
    const mailInClear = async () => {
      const client = await smtp({ at: 'ready' });
      const reply = await client.command(`MAIL FROM:<probe@${helloName}>`);
      await client.quit();
      return reply;
    };
    const probe = await smtp({ at: 'ready' });
    const hasTls = probe.connection.tls !== undefined || extensionsOf(probe).has('STARTTLS');
    probe.connection.close();
    if (!hasTls) note('The port offers no STARTTLS; the unprotected session is judged alone.');

    for (const phase of ['clear', 'tls'] as const) {
      if (phase === 'clear' && role === 'submissions') continue;
      if (phase === 'tls' && !hasTls) continue;
      await variant(phase === 'tls' ? 'inside TLS' : 'before TLS', async (own) => {
        const reply = await attempt(phase);
        // What is put off before any recipient was named, and again, is not about the recipient.
        if (
          phase === 'clear' &&
          hasTls &&
          isTemporary(reply) &&
          lineOf(await mailInClear()) === lineOf(reply)
        ) {
          own.met('a local recipient is refused without AUTH', lineOf(reply));
          own.ideally.missed('MAIL in the clear is refused for good', {
            expected: '530',
            actual: lineOf(reply),
          });
          return;
        }
        if (isTemporary(reply))
          inconclusive('precondition', `The recipient is refused for now only: ${reply.text}`);
        own.reply(reply, 'a local recipient is refused without AUTH').codeClass(5);
      });
    }
  },
);

/** Extensions that submission should offer (RFC 6409 §7). */
const EXTENSIONS = ['PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME', 'DSN'] as const;

export const submissionExtensions = check(
  {
    id: 'SUB-022',
    slug: 'submission-extensions',
    title: 'Extensions expected on submission are offered; queue-turning commands are not',
    sends: 'EHLO inside TLS, and ETRN',
    demands:
      'PIPELINING, ENHANCEDSTATUSCODES, 8BITMIME and DSN are listed; ETRN and ATRN are neither listed nor accepted',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc6409#7'],
    ...DIALOGUE,
    budget: '10s',
    kills: ['submission-offers-etrn', 'submission-omits-extensions'],
  },
  async (services) => {
    const { verify, target } = services;
    const client = await submissionClient(services);
    const keywords = [...extensionsOf(client).keys()];
    const turning = keywords.find((keyword) => keyword === 'ETRN' || keyword === 'ATRN');
    verify.absent(turning, 'ETRN and ATRN are not listed on submission', {
      what: 'ETRN or ATRN',
      as: (keyword) => keyword,
    });
    const etrn = await client.command(`ETRN ${target.domain}`);
    verify.reply(etrn, 'ETRN is refused').codeClass(4, 5);
    const missing = EXTENSIONS.filter((keyword) => !keywords.includes(keyword));
    verify.ideally.that(missing.length === 0, {
      demand: 'the extensions that submission should offer are listed',
      expected: EXTENSIONS.join(', '),
      actual: missing.length === 0 ? keywords.join(' ') : `missing ${missing.join(', ')}`,
    });
  },
);

export const nullSenderIsTaken = check(
  {
    id: 'SUB-018',
    slug: 'null-sender-is-taken',
    title: 'Null reverse-path is not a reason for refusal on submission',
    sends: 'MAIL FROM:<> and RCPT for a local mailbox, authenticated',
    demands: 'both are accepted',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc6409#3.2'],
    ...DIALOGUE,
    needs: ['account'],
    budget: '10s',
    limits: [
      'A refusal by a sender-login policy is told from one of the null path by the same refusal of a foreign sender.',
    ],
    kills: ['submission-refuses-null-sender'],
  },
  async (services) => {
    const { verify, account, helloName, inconclusive } = services;
    const client = await openUser(services);
    const mail = await client.command('MAIL FROM:<>');
    const rcpt = mail.code === 250 ? await client.command(`RCPT TO:<${account().address}>`) : mail;
    if (isTemporary(rcpt)) inconclusive('precondition', `Refused for now only: ${rcpt.text}`);
    // A sender-login policy refuses every sender that is not the account's own, in the same words: a
    // choice, and no objection to the null path.
    await client.command('RSET');
    const foreign = await client.command(`MAIL FROM:<stranger@${helloName}>`);
    await client.quit();
    const byPolicy = mail.code !== 250 && withoutPaths(foreign) === withoutPaths(mail);
    const strength = byPolicy ? verify.ideally : verify;
    strength.reply(rcpt, 'a message with the null reverse-path is taken').code(250);
  },
);

/** A reply with the paths that it quotes taken out. */
function withoutPaths(reply: SmtpReply): string {
  return lineOf(reply).replaceAll(/<[^>]*>/g, '<>');
}
