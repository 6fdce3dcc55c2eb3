import { check, type SmtpReply } from '../../harness/check/check.ts';

/** A refusal that demands STARTTLS (RFC 3207 §4). */
function demandsTls(reply: SmtpReply): boolean {
  return reply.code === 530;
}

export const mxTakesMailWithoutTls = check(
  {
    id: 'STLS-017',
    slug: 'mx-takes-mail-without-tls',
    title: 'A publicly referenced MX does not demand STARTTLS for local delivery',
    sends: 'MAIL and RCPT for a local mailbox on port 25 without TLS',
    demands: 'neither is refused with a demand for STARTTLS',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4'],
    roles: ['mx'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: ['mx-demands-starttls'],
  },
  async ({ smtp, target, helloName, verify, notApplicable, inconclusive, patiently }) => {
    if (!target.claims.publicMx)
      notApplicable('The port is not a public MX of the domain.', 'claims.public-mx is false');
    const recipient = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
    const refusal = await patiently(async () => {
      const client = await smtp({ at: 'ready' });
      const mail = await client.command(`MAIL FROM:<probe@${helloName}>`);
      const rcpt = mail.code === 250 ? await client.command(`RCPT TO:<${recipient}>`) : mail;
      client.connection.close();
      return rcpt;
    });
    if (refusal.code >= 400 && refusal.code < 500)
      inconclusive('precondition', `The recipient is refused for now: ${refusal.text}`);
    // Where the operator declares the demand, it is a known price and not an oversight.
    const strength = target.claims.mxRequiresTls ? verify.ideally : verify;
    strength.that(!demandsTls(refusal), {
      demand: 'mail for a local mailbox is taken without TLS',
      expected: 'no demand for STARTTLS',
      actual: `${refusal.code} ${refusal.lines.join(' / ')}`,
    });
  },
);

export const submissionDemandsTlsReadably = check(
  {
    id: 'STLS-018',
    slug: 'submission-demands-tls-readably',
    title:
      'Where TLS is mandatory on a non-public port, refusals use 530 (5.7.0) and leave EHLO, NOOP, QUIT and STARTTLS usable',
    sends:
      'NOOP, MAIL, RCPT for a local and an external recipient where MAIL is taken, and QUIT, on 587 without TLS',
    demands: 'MAIL is refused with 530 5.7.0, NOOP and QUIT work',
    level: 'SHOULD',
    severity: 'low',
    asStranger: true,
    clauses: ['rfc3207#4'],
    roles: ['submission'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '10s',
    kills: ['submission-takes-mail-before-tls', 'submission-refuses-clear-with-other-code'],
  },
  async ({ smtp, target, helloName, verify, notApplicable }) => {
    const client = await smtp({ at: 'ready' });
    if (!client.capabilities?.keywords.has('STARTTLS')) {
      notApplicable(
        'submission does not offer STARTTLS.',
        [...(client.capabilities?.keywords.keys() ?? [])].join(' '),
      );
    }
    const noop = await client.command('NOOP');
    const mail = await client.command(`MAIL FROM:<probe@${helloName}>`);
    const recipients = [target.accounts[0]?.address ?? `postmaster@${target.domain}`, 'probe@sink.test'];
    let decisive = mail;
    for (const recipient of recipients) {
      // One recipient that is taken is enough for mail to come in.
      if (mail.code === 250 && (decisive === mail || decisive.code >= 400)) {
        decisive = await client.command(`RCPT TO:<${recipient}>`);
      }
    }
    const refused = decisive.code >= 400;
    if (!target.claims.submissionRequiresTls && (!refused || decisive.enhanced === '5.7.1')) {
      notApplicable(
        'TLS is not declared mandatory on submission.',
        `claims.submission-requires-tls is false, MAIL was answered ${mail.text}`,
      );
    }
    const held = verify.that(refused, {
      demand: 'MAIL and RCPT are refused before TLS',
      expected: '530',
      actual: `${decisive.code} ${decisive.lines.join(' / ')}`,
    });
    if (held) {
      verify.ideally.that(mail.code === 530, {
        demand: 'the refusal of MAIL says by 530 what it wants',
        expected: '530 5.7.0',
        actual: `${decisive.code} ${decisive.lines.join(' / ')}`,
      });
    }
    verify.reply(noop, 'NOOP works before TLS').code(250);
    const quit = await client.command('QUIT');
    verify.reply(quit, 'QUIT works before TLS').code(221);
  },
);
