import { check, type Services } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { decisive } from '../../harness/steps/hand-over.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { valuesOf } from './header.ts';
import { message } from './message.ts';
import { USER_MAIL } from './submission-check.ts';
import { assertDecided, deliveryOf, send } from './transfer.ts';

export const senderIsTheUser = check(
  {
    id: 'SUB-016',
    slug: 'sender-is-the-user',
    title: "Authenticated users cannot submit with another user's sender address",
    sends:
      'as the first account: a message with the second account in envelope and From; in From alone; with a foreign domain in both',
    demands: 'each is refused, or arrives with the own address in the envelope, in From or in Sender',
    level: 'MAY',
    worst: 'warn',
    severity: 'medium',
    clauses: ['rfc6409#6.1', 'rfc5068#3.1'],
    ...USER_MAIL,
    needs: ['account', 'account-2', 'dns', 'sink'],
    buildsOn: [mailLeaves],
    budget: '30s',
    waits: deliveries(4),
    limits: [
      'Aliases and shared mailboxes make some foreign senders legitimate; the two accounts have none in common.',
    ],
    kills: ['submission-sends-as-other-user', 'submission-takes-foreign-from'],
  },
  async (services) => {
    const { variant, account, secondAccount, lab, nonce } = services;
    const own = account().address;
    const other = secondAccount().address;
    const foreign = await lab().forgedSender(`ceo-${nonce}`);
    const spoofs = [
      { name: 'another user in envelope and From', sender: other, from: other },
      { name: 'another user in From', sender: own, from: other },
      { name: 'a foreign domain in envelope and From', sender: foreign, from: foreign },
    ];
    for (const [index, spoof] of spoofs.entries()) {
      await variant(spoof.name, async (verify) => {
        const seen = await spoofed(services, `${nonce}-spoof-${index}`, spoof);
        verify.that(seen.marked, {
          demand: `mail of ${own} with ${spoof.name} is refused or shows whose it is`,
          expected: `a refusal, or ${own} in the place of it`,
          actual: seen.line,
        });
      });
    }
  },
);

/** Sends in somebody else's name; tells whether it was refused or shows the own name, and what was seen. */
async function spoofed(
  services: Services,
  token: string,
  { sender, from }: { readonly sender: string; readonly from: string },
): Promise<{ readonly marked: boolean; readonly line: string }> {
  const { lab, account } = services;
  const own = account().address;
  const recipient = await lab().externalRecipient(token);
  const content = message(services, { from, to: recipient });
  const result = await send(services, { sender, recipient, content });
  assertDecided(services, result);
  if (!result.taken) return { marked: true, line: decisive(result) };
  const arrived = await deliveryOf(services, result, recipient);
  const authors = valuesOf(arrived.content, 'from');
  const senders = valuesOf(arrived.content, 'sender');
  const line = `<${arrived.sender}> with From ${authors.join(' and ') || 'absent'}, Sender ${senders.join(' and ') || 'absent'}`;
  const names = (values: readonly string[]) => values.some((value) => value.includes(own));
  const headerMarked = names(authors) || names(senders);
  return { marked: headerMarked && (sender === own || arrived.sender !== sender), line };
}
