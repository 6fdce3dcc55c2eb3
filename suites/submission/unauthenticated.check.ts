import { check, type Services } from '../../harness/check/check.ts';
import { decisive } from '../../harness/steps/hand-over.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { assertStranger, standingOf } from '../../harness/steps/trusted-client.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { submissionClient } from './inside-tls.ts';
import { message } from './message.ts';
import { USER_MAIL } from './submission-check.ts';
import { assertDecided, send } from './transfer.ts';

export const mailNeedsAuthentication = check(
  {
    id: 'SUB-002',
    slug: 'mail-needs-authentication',
    title: 'MAIL without authentication is refused with 530',
    sends:
      'MAIL inside TLS and without AUTH; where it is taken RCPT for a recipient elsewhere, and where that is taken a message',
    demands: 'MAIL is refused with 530, and nothing is delivered',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc6409#4.3', 'rfc4954#6', 'rfc5068#3.1', 'rfc5068#3.2'],
    ...USER_MAIL,
    needs: ['dns', 'sink', 'vantage'],
    withoutLab: 'decides',
    limits: [
      'Without a lab no message follows a recipient that is taken: it is a finding, and delivery is not observed.',
    ],
    budget: '15s',
    waits: deliveries(1),
    kills: [
      'submission-relays-unauthenticated-mail',
      'submission-refuses-at-rcpt',
      'submission-demands-auth-with-other-code',
    ],
  },
  async (services) => {
    const { hasLab, lab, verify, inconclusive, nonce } = services;
    if (!hasLab) return judgeAtRecipient(services);
    const world = lab();
    const sender = await world.forgedSender(nonce);
    const recipient = await world.externalRecipient(nonce);
    const content = message(services, { from: sender, to: recipient });
    const anonymous = () => submissionClient(services);
    const result = await send(services, { sender, recipient, content }, anonymous);
    if (!result.taken) {
      assertDecided(services, result);
      verify.ideally.that(result.step === 'MAIL' && result.code === 530, {
        demand: 'MAIL says by 530 that it wants authentication',
        expected: 'MAIL: 530',
        actual: decisive(result),
      });
      return;
    }
    // From an address that the target trusts, taking mail is no fault.
    world.assertUntrusted();
    const came = await world.waitForMessage({ token: nonce });
    if (!came) {
      return inconclusive(
        'precondition',
        `The message was taken without AUTH (${decisive(result)}), and neither a delivery nor a report came.`,
      );
    }
    const strength = came.kind === 'delivery' ? verify : verify.ideally;
    strength.missed('mail without authentication goes nowhere', {
      expected: 'a refusal with 530 at MAIL',
      actual: `${decisive(result)}; then a ${came.kind} from ${came.clientAddress} to <${came.recipients.join('>, <')}>`,
    });
  },
);

/** The same without a lab, where nothing is sent to anybody. */
async function judgeAtRecipient(services: Services): Promise<void> {
  const { verify, nonce, inconclusive, patiently, target } = services;
  assertStranger(services);
  const sender = `<forged-${nonce}@forged-${nonce}.example>`;
  const recipient = `<ext-${nonce}@sink-${nonce}.example>`;
  const seen = await patiently(async () => {
    const client = await submissionClient(services);
    const mail = await client.command(`MAIL FROM:${sender}`);
    const reply = isPositive(mail) ? await client.command(`RCPT TO:${recipient}`) : mail;
    const standing = standingOf(services, client);
    await client.quit();
    return { code: reply.code, reply, standing, step: reply === mail ? 'MAIL' : 'RCPT' };
  });
  const line = `${seen.step}: ${lineOf(seen.reply)}`;
  if (!isPositive(seen.reply)) {
    if (isTemporary(seen.reply)) inconclusive('precondition', `Refused for now, again and again: ${line}`);
    // A recipient in a domain that does not exist may be refused for that.
    if (seen.step === 'RCPT' && !/^\d{3} 5\.7\.|\b(?:auth|relay)/i.test(lineOf(seen.reply)))
      inconclusive(
        'precondition',
        `MAIL is taken without AUTH, and the refusal after it does not say that it wants a login: ${line}`,
      );
    verify.ideally.that(seen.step === 'MAIL' && seen.code === 530, {
      demand: 'MAIL says by 530 that it wants authentication',
      expected: 'MAIL: 530',
      actual: line,
    });
    return;
  }
  const { client, trust } = seen.standing;
  if (trust !== undefined)
    inconclusive(
      'environment',
      `A recipient elsewhere is taken without AUTH from ${client} (${line}), which the target may trust, for ${trust}; "audited-from: outside" says that it does not.`,
    );
  verify.missed('mail without authentication goes nowhere', {
    expected: 'a refusal with 530 at MAIL',
    actual: `taken at RCPT, delivery not observed: ${line}, said to a client at ${client}${target.auditedFrom === 'outside' ? '' : '; a target that trusts this address says the same'}`,
  });
}
