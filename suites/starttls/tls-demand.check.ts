import { check } from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { recipientReply } from '../../harness/steps/name-recipient.ts';
import { isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';

/** The refusal that demands STARTTLS (RFC 3207 §4). */
const DEMANDS_TLS = 530;

export const mxTakesMailWithoutTls = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-017',
    slug: 'mx-takes-mail-without-tls',
    title: 'A publicly referenced MX does not demand STARTTLS for local delivery',
    sends: 'MAIL and RCPT for a local mailbox on port 25 without TLS',
    demands: 'neither is refused with a demand for STARTTLS',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4'],
    roles: ['mx'],
    kills: ['mx-demands-starttls'],
  },
  async (services) => {
    const { target, helloName, verify, notApplicable, inconclusive } = services;
    if (!target.claims.publicMx)
      notApplicable('The port is not a public MX of the domain.', 'claims.public-mx is false');
    const recipient = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
    const paths = { sender: `<probe@${helloName}>`, recipient: `<${recipient}>` };
    const reply = await recipientReply(services, paths);
    if (isTemporary(reply)) inconclusive('precondition', `The recipient is refused for now: ${reply.text}`);
    // Where the operator declares the demand, it is a known price and not an oversight.
    const strength = target.claims.mxRequiresTls ? verify.ideally : verify;
    strength.that(reply.code !== DEMANDS_TLS, {
      demand: 'mail for a local mailbox is taken without TLS',
      expected: 'no demand for STARTTLS',
      actual: lineOf(reply),
    });
  },
);

export const submissionDemandsTlsReadably = check(
  {
    ...UPGRADE_CHECK,
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
    budget: '10s',
    upholds: ['submission-requires-tls'],
    kills: ['submission-takes-mail-before-tls', 'submission-refuses-clear-with-other-code'],
  },
  async (services) => {
    const { smtp, target, helloName, verify, notApplicable } = services;
    const client = await smtp({ at: 'ready' });
    assertListed(services, client, 'STARTTLS');
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
    const held = verify.reply(decisive, 'MAIL and RCPT are refused before TLS').codeClass(4, 5);
    if (held) verify.ideally.reply(mail, 'the refusal of MAIL says by 530 what it wants').code(DEMANDS_TLS);
    const quit = await client.command('QUIT');
    client.connection.close();
    verify.reply(quit, 'QUIT works before TLS').code(221);
    if (noop.code === 250) return void verify.met('NOOP works before TLS', noop.text);
    // TLS is not to blame for a command that is not known inside it either.
    const inside = await (await smtp({ at: 'tls' })).command('NOOP');
    verify.equal(noop.code, inside.code, 'NOOP before TLS is answered as inside it');
  },
);
