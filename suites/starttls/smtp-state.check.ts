import { check, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { isTemporary } from '../../harness/steps/replies.ts';
import { giveEnvelope } from './envelope.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';

export const helloMustBeRepeated = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-007',
    slug: 'hello-must-be-repeated',
    title: 'SMTP client knowledge from before TLS is discarded: EHLO must be repeated',
    sends:
      'EHLO, STARTTLS, and MAIL inside TLS without a new EHLO; as control, MAIL without any EHLO on a fresh connection, inside TLS where 530 or 4yz is the answer in the clear',
    demands: 'MAIL is refused inside TLS where it is refused without EHLO',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc3207#4.2', 'rfc5321#4.1.4'],
    roles: ['mx', 'submission'],
    budget: '10s',
    limits: [
      'Where a server never demands EHLO, only the Received field of a delivered message could show the name from before TLS; that is not looked at.',
    ],
    kills: ['smtp-keeps-hello-across-tls', 'smtp-never-demands-hello'],
  },
  async (services) => {
    const { smtp, target, verify, inconclusive, helloName } = services;
    const mail = `MAIL FROM:<probe@${helloName}>`;
    const fresh = await smtp();
    let control = await fresh.command(mail);
    // 530 speaks of TLS, and maybe of nothing else, and so may 4yz: the same is asked again inside it.
    if (control.code === 530 || isTemporary(control)) {
      const open = await fresh.startTls({ serverName: target.hostname });
      if (open.code === 220) control = await fresh.command(mail);
    }
    fresh.connection.close();
    const demandsHello = control.code !== 250 && control.code !== 530;

    const client = await smtp({ at: 'ready' });
    assertListed(services, client, 'STARTTLS');
    const goAhead = await client.startTls({ serverName: target.hostname });
    if (goAhead.code !== 220) inconclusive('precondition', `STARTTLS is refused: ${goAhead.text}`);
    const reply = await client.command(mail);
    if (demandsHello) {
      verify.reply(reply, 'MAIL inside TLS without a new EHLO is refused').codeClass(4, 5);
      return;
    }
    verify.ideally.that(reply.code !== 250, {
      demand: 'the server demands EHLO before MAIL, so that it can be seen to forget it',
      expected: 'a refusal',
      actual: `MAIL without EHLO was answered ${control.code} on a fresh connection, ${reply.code} inside TLS`,
    });
  },
);

/** Puts an envelope in place in the clear and upgrades; `line` is the reply to STARTTLS. */
async function upgradeWithEnvelope(
  services: Services,
): Promise<{ client: SmtpClient; upgraded: boolean; line: string }> {
  const { role, target, helloName, nonce, notApplicable, inconclusive } = services;
  const { client, taken, code, text } = await giveEnvelope(services, {
    sender: `<pre-${nonce}@${helloName}>`,
    recipient: `<${target.accounts[0]?.address ?? `postmaster@${target.domain}`}>`,
  });
  assertListed(services, client, 'STARTTLS');
  // 530 is due, and submission is known to refuse strangers with other codes as well, with some of 4yz for ever.
  const refused = code === 530 || (role === 'submission' && code >= 400);
  if (refused) notApplicable('No envelope can exist before TLS.', text);
  if (!taken) inconclusive('precondition', `The envelope before TLS is refused: ${text}`);
  const goAhead = await client.startTls({ serverName: target.hostname });
  return { client, upgraded: goAhead.code === 220, line: goAhead.text };
}

export const envelopeIsForgotten = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-008',
    slug: 'envelope-is-forgotten',
    title: 'SMTP envelope state from before TLS is discarded',
    sends:
      'MAIL and RCPT in the clear, STARTTLS, then DATA inside TLS, once directly and once after a new EHLO',
    demands: 'STARTTLS is refused inside the transaction, or DATA finds no recipient',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc3207#4.2'],
    roles: ['mx', 'submission'],
    budget: '12s',
    kills: ['smtp-keeps-envelope-across-tls'],
  },
  async (services) => {
    const { variant } = services;
    for (const hello of [false, true]) {
      await variant(hello ? 'DATA after a new EHLO' : 'DATA without EHLO', async (verify) => {
        const { client, upgraded, line } = await upgradeWithEnvelope(services);
        if (!upgraded) {
          verify.met('the envelope does not survive', `STARTTLS: ${line}`);
          return;
        }
        if (hello) await client.ehlo();
        const reply = await client.command('DATA');
        verify.reply(reply, 'DATA inside TLS finds no envelope from before it').codeClass(4, 5);
        // A 354 is not followed by data: closing leaves no message behind.
        client.connection.close();
      });
    }
  },
);
