import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { decisive, type Mail, type Transfer } from '../../harness/steps/hand-over.ts';
import { isTemporary } from '../../harness/steps/replies.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { message } from './message.ts';
import { USER_MAIL } from './submission-check.ts';
import { send } from './transfer.ts';

export const unqualifiedDomainsStay = check(
  {
    id: 'SUB-017',
    slug: 'unqualified-domains-stay',
    title: 'Unqualified envelope domains never leave the MSA',
    sends:
      'as the first account: MAIL with a sender, and RCPT with a recipient, whose domain is a single label',
    demands: 'a refusal, or a domain that the server completed',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc6409#4.2', 'rfc5321#2.3.5'],
    ...USER_MAIL,
    beyondOpenLab: 'names-of-others',
    buildsOn: [mailLeaves],
    budget: '30s',
    waits: deliveries(3),
    limits: [
      'The single label exists in the DNS of the lab as a mail domain, so that nothing but the MSA keeps the message at home.',
      'A completed recipient domain is seen by the question for it in the DNS of the lab, or at the smarthost, alone.',
    ],
    kills: ['submission-forwards-unqualified-sender', 'submission-forwards-unqualified-recipient'],
  },
  async (services) => {
    const { variant, account, lab, nonce } = services;
    const world = lab();
    const label = `host-${nonce}`;
    const localPart = account().address.replace(/@.*$/, '');
    const receiver = await world.receiver({ label: 'short' });
    await world.dns.publish(label, [
      { name: label, type: 'MX', data: { preference: 10, exchange: receiver.hostname } },
      { name: label, type: 'A', data: receiver.address },
    ]);

    await variant('sender', async (verify) => {
      const recipient = await world.externalRecipient(`${nonce}-sender`);
      const taken = await forward(services, verify, { sender: `${localPart}@${label}`, recipient });
      if (!taken) return;
      const arrived = await world.waitForMessage({ recipient, kind: 'delivery' });
      if (!arrived)
        return services.inconclusive(
          'precondition',
          `The message was taken (${decisive(taken)}) and did not arrive.`,
        );
      const { sender } = arrived;
      verify.that(isQualified(sender), {
        demand: 'a sender domain of one label is completed or refused',
        expected: 'a refusal, or a sender in a qualified domain',
        actual: `<${sender}> at the receiving server`,
      });
    });

    await variant('recipient', async (verify) => {
      const recipient = `probe@${label}`;
      const taken = await forward(services, verify, { sender: account().address, recipient });
      if (!taken) return;
      const message = await receiver.waitForMessage();
      const completed = await completedName(services, label);
      if (!message && !completed) {
        return services.inconclusive(
          'precondition',
          `The message was taken (${decisive(taken)}), did not arrive, and neither the DNS nor the smarthost of the lab was asked for a completed name.`,
        );
      }
      verify.that(message === null, {
        demand: 'a recipient domain of one label is completed or refused',
        expected: 'a refusal, or delivery to a completed domain',
        actual: message
          ? `<${message.recipients.join('>, <')}> at the receiving server`
          : `mail that set out for ${completed ?? label}`,
      });
    });
  },
);

/** The domain that the server made of a label, as its DNS or its smarthost was asked for it. */
async function completedName({ lab }: Services, label: string): Promise<string | undefined> {
  const asked = (await lab().dns.queries()).map(({ name }) => name.toLowerCase());
  const told = (await lab().smarthostSessions()).flatMap(({ commands }) =>
    commands.flatMap(({ verb, argument }) =>
      verb === 'RCPT' ? (/@([^@>]+)/.exec(argument.toLowerCase())?.[1] ?? []) : [],
    ),
  );
  return [...asked, ...told].find((name) => name.startsWith(`${label}.`));
}

/** Sends a message; undefined, with the verification done, where it is refused. */
async function forward(
  services: Services,
  verify: Verify,
  { sender, recipient }: Pick<Mail, 'sender' | 'recipient'>,
): Promise<Transfer | undefined> {
  const content = message(services, { from: services.account().address, to: recipient });
  const result = await send(services, { sender, recipient, content });
  if (result.taken) return result;
  const demand = 'an unqualified domain is refused for good';
  const actual = decisive(result);
  // The server is told again and again to try a name that will never be better.
  if (isTemporary(result))
    verify.ideally.missed(demand, { expected: '554 or another permanent refusal', actual });
  else verify.met(demand, actual);
  return undefined;
}

function isQualified(address: string): boolean {
  return address === '' || domainOf(address).includes('.');
}
