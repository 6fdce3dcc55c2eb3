import { check } from '../../harness/check/check.ts';
import { decisive } from '../../harness/steps/hand-over.ts';
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
    budget: '15s',
    waits: deliveries(1),
    kills: [
      'submission-relays-unauthenticated-mail',
      'submission-refuses-at-rcpt',
      'submission-demands-auth-with-other-code',
    ],
  },
  async (services) => {
    const { lab, verify, inconclusive, nonce } = services;
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
