import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { decisive, handOver } from '../../harness/steps/hand-over.ts';
import { isTemporary, lineOf as replyLine } from '../../harness/steps/replies.ts';
import { declaredList, workingList } from './lists.ts';
import { lineOf, messageWith, readReply, visit } from './visit.ts';

export const listsLeaveUsersAndPostmasterAlone = check(
  {
    id: 'DNSBL-005',
    slug: 'lists-leave-users-and-postmaster-alone',
    title:
      'Authenticated submission and postmaster are not cut off by client lists; allow lists do not grant relay',
    sends:
      'from a listed address an authenticated message, and mail for postmaster; from an address on the allow list mail from a stranger to a stranger',
    demands: 'users and postmaster are reached, and nobody relays for being on an allow list',
    level: 'policy',
    severity: 'medium',
    asStranger: true,
    clauses: ['rfc5321#4.5.1', 'rfc6409#3.2', 'rfc5068#3.2'],
    roles: ['submission', 'submissions', 'mx'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'ip2'],
    beyondOpenLab: 'lists-of-the-target',
    effect: 'disturbs',
    safety: 'sends-mail',
    budget: '90s',
    kills: ['dnsbl-blocks-submission', 'dnsbl-blocks-postmaster', 'dnsbl-allow-list-opens-relay'],
  },
  async (services) => {
    const zone = declaredList(services);
    const { variant } = services;
    await variant('authenticated submission', (verify) => judgeSubmission(services, verify, zone));
    await variant('postmaster', (verify) => judgePostmaster(services, verify, zone));
    await variant('allow list', (verify) => judgeAllowList(services, verify));
  },
);

async function judgeSubmission(services: Services, verify: Verify, zone: string): Promise<void> {
  const { lab, target, nonce, notApplicable, inconclusive } = services;
  if (target.claims.dnsbl?.onSubmission)
    notApplicable('Submission is refused to listed clients on purpose.', 'claims: dnsbl: on-submission');
  const world = lab();
  const recipient = await world.externalRecipient(nonce);

  await world.dns.publish(zone, workingList(zone));
  // Another address than the listed one, because servers keep what a list said about an address.
  const control = await submit(services, world.unusedVantage('near').name, recipient);
  if (control.code !== 250) {
    inconclusive(
      'precondition',
      `An authenticated message is refused although the address is on no list: ${control.line}`,
    );
  }
  const { name: vantage, address } = world.unusedVantage('near');
  await world.dns.publish(zone, workingList(zone, { address }));
  const reply = await submit(services, vantage, recipient);
  if (isTemporary(reply))
    inconclusive('precondition', `The message of a listed user is refused for now: ${reply.line}`);
  verify.that(reply.code === 250, {
    demand: 'an authenticated user at a listed address sends mail',
    expected: '250',
    actual: reply.line,
  });
}

/** The reply that decided about a submission. */
interface Decision {
  readonly code: number;
  readonly line: string;
}

/** Sends as the first account from a vantage, inside TLS; the reply that decided. */
async function submit(services: Services, vantage: string, recipient: string): Promise<Decision> {
  const { smtp, connect, target, account, bytes, nonce, notApplicable } = services;
  const role = (['submission', 'submissions'] as const).find((one) => target.endpoints[one]);
  if (!role) return notApplicable('The target declares no submission role.', 'neither 587 nor 465');
  // The ordinary client takes a refusal in the greeting for a server that is out of order.
  const connection = await connect({ role, vantage });
  if (role === 'submissions') await connection.startTls({ serverName: target.hostname });
  const greeting = await readReply(connection, 'the greeting');
  connection.close();
  if (greeting.code >= 400) return greeting;

  const { login, password, address } = account();
  const client = await smtp({ role, vantage, at: 'tls' });
  try {
    // By hand, because a refusal of the login may be the doing of the list.
    const entered = await client.command(`AUTH PLAIN ${bytes.base64(`\0${login}\0${password}`)}`);
    if (entered.code !== 235) return { code: entered.code, line: `AUTH: ${replyLine(entered)}` };
    const content = messageWith(services, { token: nonce, sender: address, recipient });
    const transfer = await handOver(client, { sender: address, recipient, content });
    return { code: transfer.code, line: decisive(transfer) };
  } finally {
    client.connection.close();
  }
}

async function judgePostmaster(services: Services, verify: Verify, zone: string): Promise<void> {
  const { lab, target, nonce, inconclusive } = services;
  const world = lab();
  const sender = await world.forgedSender(nonce);
  const recipient = `postmaster@${target.domain}`;
  await world.dns.publish(zone, workingList(zone));
  const control = await visit(services, { vantage: world.unusedVantage('near').name, sender, recipient });
  if (control.kind !== 'accepted')
    inconclusive('precondition', `Mail for postmaster is not taken from anybody: ${lineOf(control)}`);
  const { name: vantage, address } = world.unusedVantage('near');
  await world.dns.publish(zone, workingList(zone, { address }));
  const outcome = await visit(services, { vantage, sender, recipient });
  verify.ideally.equal(lineOf(outcome), 'accepted', 'postmaster is reached from a listed address');
}

async function judgeAllowList(services: Services, verify: Verify): Promise<void> {
  const { lab, target, nonce, notApplicable, inconclusive } = services;
  const [zone] = target.claims.dnsbl?.allowZones ?? [];
  if (zone === undefined)
    return notApplicable('The target declares no allow list.', 'claims: dnsbl: allow-zones is empty');
  const world = lab();
  const { name: vantage, address } = world.unusedVantage('distant');
  const sender = await world.forgedSender(nonce);
  const token = `allow-${nonce}`;
  const recipient = await world.externalRecipient(token);
  await world.dns.publish(zone, workingList(zone, { address }));
  const message = messageWith(services, { token, sender, recipient });
  const outcome = await visit(services, { vantage, sender, recipient, message });
  if (outcome.kind === 'refused' && outcome.code < 500)
    inconclusive('precondition', `Relaying is refused for now only: ${outcome.line}`);
  const arrived =
    outcome.kind === 'accepted' ? await world.waitForMessage({ token, kind: 'delivery' }) : null;
  if (outcome.kind === 'accepted' && !arrived) {
    inconclusive(
      'precondition',
      'Mail from a stranger to a stranger is accepted from an address on the allow list, and was not delivered.',
    );
  }
  verify.that(arrived === null, {
    demand: 'an address on the allow list does not relay',
    expected: 'refused',
    actual: arrived ? `delivered to ${arrived.recipients.join(', ')}` : lineOf(outcome),
  });
}
