import { control, type Services, type StoredMessage } from '../../check/check.ts';
import { compose } from '../compose.ts';
import { decisive, handOver } from '../hand-over.ts';
import { openUser } from '../smtp-login.ts';
import { expectedDeliveries } from '../waits.ts';

/** Pause between two looks at what came back, in milliseconds; each of them is a login. */
const LOOK_BACK = 2_000;

/**
 * Mail of a user reaches a server elsewhere; without that, what does not arrive proves nothing. A target that
 * refuses the message, or reports that it could not be delivered, has answered: its reason is the end, and nobody
 * waits any longer. Costs one message.
 */
export const mailLeaves = control(
  {
    id: 'mail-leaves',
    title: "A user's mail reaches a server elsewhere",
    roles: ['submission', 'submissions'],
    needs: ['account', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '20s',
    waits: expectedDeliveries(1),
    connections: 2,
  },
  async (services) => {
    const { lab, nonce, account, target, inconclusive, pause, patiently } = services;
    const { address } = account();
    const world = lab();
    const token = `${nonce}-control`;
    const recipient = await world.externalRecipient(token);
    const content = compose(services, { from: address, to: recipient, token });
    const transfer = await patiently(async () => {
      const client = await openUser(services);
      const outcome = await handOver(client, { sender: address, recipient, content });
      await client.quit();
      return outcome;
    });
    if (!transfer.taken)
      return inconclusive(
        'precondition',
        `The target does not take mail of its user for elsewhere: ${decisive(transfer)}`,
      );
    const began = performance.now();
    const deadline = began + expectedDeliveries(1)(target);
    for (let lookedBack = began; ; ) {
      const message = await world.waitForMessage({ token, kind: 'delivery', withinMs: 250 });
      if (message) return { line: `it came from ${message.clientAddress} (${message.hello})` };
      if (performance.now() >= deadline) break;
      if (performance.now() - lookedBack < LOOK_BACK) continue;
      lookedBack = performance.now();
      const report = await reportAbout(services, token);
      if (report)
        return inconclusive(
          'precondition',
          `The target reports that mail of its user cannot be delivered elsewhere: ${reasonIn(report)}`,
        );
      await pause(0);
    }
    const asked = await world.dns.queries({ name: recipient.slice(recipient.lastIndexOf('@') + 1) });
    return inconclusive(
      asked.length === 0 ? 'environment' : 'precondition',
      `The target took mail of its user for elsewhere, ${asked.length === 0 ? 'never asked the DNS of the lab for its domain' : 'asked for its domain'}, and delivered nothing within ${Math.round((deadline - began) / 1_000)} s.`,
    );
  },
);

/** A report in the mailbox of the sender; nothing where no mailbox can be read. */
function reportAbout(services: Services, token: string): Promise<StoredMessage | null> {
  return services.returnedMail({ token, withinMs: 0 });
}

/** What a report says, in the words of the server (RFC 3464 §2.3.6); else the first lines that people read. */
function reasonIn({ body, fields }: StoredMessage): string {
  const text = body.toString('latin1');
  const diagnostic = /^diagnostic-code:[ \t]*(?:[\w-]+;)?[ \t]*([^\r\n]+(?:\r?\n[ \t]+[^\r\n]+)*)/im.exec(
    text,
  )?.[1];
  const status = /^status:[ \t]*([245]\.\d+\.\d+)/im.exec(text)?.[1];
  const subject = fields.find(({ name }) => name === 'subject')?.value.trim() ?? '';
  const reason = diagnostic?.replace(/\s+/g, ' ').trim() ?? status ?? subject;
  return reason === '' ? 'a report that names no reason' : reason;
}
