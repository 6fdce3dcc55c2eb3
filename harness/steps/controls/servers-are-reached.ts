import {
  type ArrivedMessage,
  control,
  type Finding,
  type Services,
  type StoredMessage,
} from '../../check/check.ts';
import { compose } from '../compose.ts';
import { decisive, handOver } from '../hand-over.ts';
import { openUser, SENDING_ROLES } from '../smtp-login.ts';
import { expectedDeliveries } from '../waits.ts';
import { astray } from '../way-out.ts';
import { accountLogsIn } from './account-logs-in.ts';

/** Pause between two looks at what came back, in milliseconds; each of them is a login. */
const LOOK_BACK = 2_000;

const WAY_OUT =
  'Where it delivers to public addresses alone, those of the lab look so with "client-addresses: public" of the target.';

/** The target connected to a server elsewhere, and what it handed over there; null where that was nothing. */
export interface Reached extends Finding {
  readonly arrived: ArrivedMessage | null;
}

/**
 * The target, handed a message by a user, connects to the server elsewhere that the message is for. A target that
 * refuses the message, or reports that it could not be delivered, has answered: its reason is the end, and nobody
 * waits any longer. Costs one message.
 */
export const serversAreReached = control(
  {
    id: 'servers-are-reached',
    title: 'The target connects to a server elsewhere with mail of a user',
    // A port that needs no upgrade comes first: one without STARTTLS would say nothing about mail that leaves.
    roles: SENDING_ROLES,
    needs: ['account', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '20s',
    waits: expectedDeliveries(1),
    connections: 2,
    buildsOn: [accountLogsIn],
  },
  async (services): Promise<Reached> => {
    const { lab, nonce, account, target, inconclusive, patiently } = services;
    const { address } = account();
    const world = lab();
    const receiver = await world.receiver({ label: 'elsewhere' });
    const token = `${nonce}-control`;
    const recipient = `probe@${receiver.domain}`;
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
    let report: StoredMessage | null = null;
    for (let lookedBack = began; report === null && performance.now() < deadline; ) {
      const arrived = await receiver.waitForMessage({ token, withinMs: 250 });
      if (arrived) {
        assertWayIsDeclared(services, arrived);
        return { line: `it came from ${arrived.clientAddress} (${arrived.hello})`, arrived };
      }
      if (performance.now() - lookedBack < LOOK_BACK) continue;
      lookedBack = performance.now();
      report = await services.returnedMail({ token, withinMs: 0 });
    }
    const sessions = await receiver.sessions();
    const ending = report
      ? `reports that it cannot be delivered: ${reasonIn(report)}`
      : `handed nothing over within ${Math.round((deadline - began) / 1_000)} s`;
    if (sessions.length > 0)
      return { line: `it connected ${sessions.length} times and ${ending}`, arrived: null };
    if (report)
      return inconclusive(
        'precondition',
        `The target took mail of its user for elsewhere and ${ending}. ${WAY_OUT}`,
      );
    const lost = await astray(services, receiver.domain);
    return inconclusive(
      lost?.why ?? 'precondition',
      lost
        ? `The target took mail of its user for elsewhere, ${lost.what}, and ${ending}.`
        : `The target took mail of its user for elsewhere, asked for its domain, and ${ending}. ${WAY_OUT}`,
    );
  },
);

/** Mail that comes straight from a target with a smarthost came by a way that the declaration denies. */
function assertWayIsDeclared({ target, inconclusive }: Services, { bySmarthost }: ArrivedMessage): void {
  if (target.claims.smarthost === undefined || bySmarthost) return;
  inconclusive(
    'precondition',
    'A smarthost is declared (claims: smarthost), and mail of the target came straight to the server of its recipient: the declaration is wrong.',
  );
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
