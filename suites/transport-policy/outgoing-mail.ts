import type { Services, SmtpClient, Target } from '../../harness/check/check.ts';

/** Roles on which the target is made to send, the one that needs no upgrade first. */
export const SENDING_ROLES = ['submissions', 'submission'] as const;

/** Where the target declares nothing else, in milliseconds. */
const ORDINARY_WAIT = 30_000;

/** How many times the time for a delivery an expected one is waited for: retries come late on a loaded machine. */
export const PATIENCE = 3;

/** Time for so many expected deliveries, one after the other, as the target declares it. */
export function deliveries(count: number): (target: Target) => number {
  return ({ timing }) => PATIENCE * count * (timing.outboundMs ?? ORDINARY_WAIT);
}

/** What all checks of outgoing mail have in common. */
export const OUTGOING = {
  roles: SENDING_ROLES,
  per: 'target',
  needs: ['account', 'dns', 'sink'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '40s',
} as const;

/** Limit of what is told of messages that are held back. */
export const DELAY_LIMIT =
  'A delay is told from a bounce by the delivery that follows once the destination is in order, within the time for a delivery, or by the report to the sender. Where neither comes, what became of the message stays open.';

/**
 * Makes the target send a message from the first account to each address, one transaction each; costs as
 * many messages. Inconclusive where it does not take them.
 */
export async function makeTargetSend(services: Services, recipients: readonly string[]): Promise<void> {
  const { account, patiently, inconclusive, bytes, nonce, helloName } = services;
  const { address } = account();
  let client = await loggedIn(services);
  for (const recipient of recipients) {
    const content = bytes.lines(
      `From: <${address}>`,
      `To: <${recipient}>`,
      `Subject: Minutes of the meeting ${nonce}`,
      `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
      `Message-ID: <${crypto.randomUUID()}@${helloName}>`,
      '',
      `The minutes of the meeting are complete. Reference ${nonce}.`,
    );
    const decided = await patiently(async () => {
      if (client.connection.ended) client = await loggedIn(services);
      const mail = await client.command(`MAIL FROM:<${address}>`);
      if (mail.code !== 250) return mail;
      const rcpt = await client.command(`RCPT TO:<${recipient}>`);
      const reply = rcpt.code === 250 ? await client.data(content) : rcpt;
      if (reply.code !== 250) await client.command('RSET');
      return reply;
    });
    if (decided.code !== 250) {
      inconclusive(
        'precondition',
        `The target does not take mail of its user for elsewhere: ${decided.text}`,
      );
    }
  }
  await client.quit();
}

async function loggedIn({ smtp, role, sasl, account, inconclusive }: Services): Promise<SmtpClient> {
  const client = await smtp({ role, at: 'tls' });
  const mechanisms = client.capabilities?.mechanisms ?? [];
  const mechanism = mechanisms.includes('LOGIN') && !mechanisms.includes('PLAIN') ? sasl.login : sasl.plain;
  const { accepted, outcome } = await sasl.authenticateSmtp(client, mechanism(account()));
  if (!accepted) {
    const seen = outcome.kind === 'reply' ? outcome.reply.text : outcome.kind;
    inconclusive('precondition', `The login that this check builds on failed: ${seen}`);
  }
  return client;
}
