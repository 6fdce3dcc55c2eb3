import type {
  ArrivedMessage,
  Receiver,
  Services,
  SmtpClient,
  SmtpSession,
} from '../../harness/check/check.ts';

/** Roles on which the target is made to send, the one that needs no upgrade first. */
export const SENDING_ROLES = ['submissions', 'submission'] as const;

/** What the receiving server saw of the target. */
export interface Outgoing {
  readonly receiver: Receiver;
  /** Null when it did not come within the time. */
  readonly arrived: ArrivedMessage | null;
  readonly sessions: readonly SmtpSession[];
}

/**
 * Makes the target send a message from the first account to each address, one transaction each; costs as
 * many messages. Inconclusive where it does not take them.
 */
export async function makeTargetSend(
  services: Services,
  recipients: readonly string[],
  body?: string,
): Promise<void> {
  const { account, patiently, inconclusive } = services;
  const { address } = account();
  for (const recipient of recipients) {
    const decided = await patiently(async () => {
      const client = await loggedIn(services);
      const reply = await submit(client, address, recipient, message(services, address, recipient, body));
      await client.quit();
      return reply;
    });
    if (decided.code !== 250) {
      inconclusive(
        'precondition',
        `The target does not take mail of its user for elsewhere: ${decided.text}`,
      );
    }
  }
}

/**
 * Makes the target send to one receiving server and waits for the message, or for the end of the time. Inconclusive
 * where the target never came.
 */
export async function watchDelivery(
  services: Services,
  receiver: Receiver,
  body?: string,
): Promise<Outgoing> {
  await makeTargetSend(services, [`probe@${receiver.domain}`], body);
  const arrived = await receiver.waitForMessage();
  const sessions = await receiver.sessions();
  if (sessions.length === 0) await explainAbsence(services, receiver.domain);
  return { receiver, arrived, sessions };
}

/** Waits for the first connection to be over; all that sent STARTTLS. Inconclusive where none did. */
export async function sessionsWithUpgrade(
  services: Services,
  receiver: Receiver,
): Promise<readonly SmtpSession[]> {
  await receiver.waitForSession();
  const sessions = await receiver.sessions();
  if (sessions.length === 0) await explainAbsence(services, receiver.domain);
  const upgrading = sessions.filter(({ commands }) => commands.some(({ verb }) => verb === 'STARTTLS'));
  if (upgrading.length === 0)
    services.inconclusive('precondition', 'The target connected and never sent STARTTLS.');
  return upgrading;
}

/** Ends the check: the target took a message and never connected to the server it is for. */
export async function explainAbsence({ lab, inconclusive }: Services, domain: string): Promise<never> {
  const asked = await lab().dns.queries({ name: domain });
  return inconclusive(
    asked.length === 0 ? 'environment' : 'precondition',
    asked.length === 0
      ? `The target took the message and never asked the DNS of the lab for ${domain}: its mail goes another way.`
      : `The target took the message, asked for ${domain}, and did not come within ${lab().outboundMs} ms.`,
  );
}

async function loggedIn(services: Services): Promise<SmtpClient> {
  const { smtp, role, sasl, account, inconclusive } = services;
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

/** Up to the first refusal. */
async function submit(client: SmtpClient, sender: string, recipient: string, content: Buffer) {
  const mail = await client.command(`MAIL FROM:<${sender}>`);
  if (mail.code !== 250) return mail;
  const rcpt = await client.command(`RCPT TO:<${recipient}>`);
  return rcpt.code === 250 ? client.data(content) : rcpt;
}

function message(
  { bytes, nonce, helloName }: Services,
  sender: string,
  recipient: string,
  body = `The minutes of the meeting are complete. Reference ${nonce}.`,
): Buffer {
  return bytes.lines(
    `From: <${sender}>`,
    `To: <${recipient}>`,
    `Subject: Minutes of the meeting ${nonce}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${crypto.randomUUID()}@${helloName}>`,
    '',
    ...body.split('\n'),
  );
}
