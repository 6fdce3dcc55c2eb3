import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { decisive } from '../../harness/steps/hand-over.ts';
import { readerOf } from '../../harness/steps/user-mail.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { valuesOf } from './header.ts';
import { message } from './message.ts';
import { USER_MAIL } from './submission-check.ts';
import { assertDecided, deliveryOf, send } from './transfer.ts';

const WITHOUT_LAB =
  'Without a lab the account writes to itself, its reverse-path is read from Return-Path, and no foreign domain is tried.';

/** What both checks send and wait for. */
const IDENTITY_CHECK = {
  ...USER_MAIL,
  sends:
    'as the first account: messages with the second account in envelope and From, in the envelope alone and in From alone; with a foreign domain in both',
  needs: ['account', 'account-2', 'dns', 'sink'],
  withoutLab: 'decides-in-mailbox',
  considers: [mailLeaves],
  budget: '35s',
  waits: deliveries(4),
} as const;

export const senderIsTheUser = check(
  {
    ...IDENTITY_CHECK,
    id: 'SUB-016',
    slug: 'sender-is-the-user',
    title: "Authenticated users cannot submit with another user's sender address",
    demands:
      'nothing leaves with another user in the envelope; whatever else is not the own address is refused, or shows the own one in From or in Sender',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc6409#6.1', 'rfc5068#3.1'],
    limits: [
      WITHOUT_LAB,
      'Aliases and shared mailboxes make some foreign senders legitimate; the two accounts have none in common.',
    ],
    kills: ['submission-sends-as-other-user', 'submission-takes-foreign-from'],
  },
  async (services) => {
    const foreign = await foreignSender(services);
    // Whose address it is makes the difference: a user has bounces and blame of another one sent to him.
    await judgeSpoofs(services, foreign, (verify, sender) => ({
      envelope: sender === foreign ? verify.ideally : verify,
      author: verify.ideally,
    }));
  },
);

export const claimedIdentityIsEnforced = check(
  {
    ...IDENTITY_CHECK,
    id: 'SUB-025',
    slug: 'claimed-identity-is-enforced',
    title: 'Where the operator says so, nobody sends in the name of somebody else',
    demands:
      'nothing leaves with an envelope sender that is not the own one; where From is claimed too, nothing leaves without the own address in From or in Sender',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc6409#6.1', 'rfc5068#3.1'],
    limits: [WITHOUT_LAB],
    upholds: ['sender-identity'],
    kills: ['submission-sends-as-other-user', 'submission-takes-foreign-from'],
  },
  async (services) => {
    const { target, notApplicable } = services;
    const { senderIdentity } = target.claims;
    if (senderIdentity === undefined)
      return notApplicable('It is not claimed that senders are enforced.', 'claims without sender-identity');
    const foreign = await foreignSender(services);
    await judgeSpoofs(services, foreign, (verify) => ({
      envelope: verify,
      author: senderIdentity === 'enforced' ? verify : verify.ideally,
    }));
  },
);

/**
 * Somebody in a domain elsewhere, which exists. Without a lab there is none: one that does not exist is refused for
 * that alone.
 */
async function foreignSender({ hasLab, lab, nonce }: Services): Promise<string | undefined> {
  return hasLab ? lab().forgedSender(`ceo-${nonce}`) : undefined;
}

/** How much a foreign address weighs in the envelope, and in the header. */
interface Strengths {
  readonly envelope: Pick<Verify, 'that'>;
  readonly author: Pick<Verify, 'that'>;
}

interface Spoof {
  readonly name: string;
  readonly sender: string;
  readonly from: string;
}

/** Sends in the name of others, and judges what leaves. */
async function judgeSpoofs(
  services: Services,
  foreign: string | undefined,
  strengths: (verify: Verify, sender: string) => Strengths,
): Promise<void> {
  const { variant, account, secondAccount, nonce } = services;
  if (services.hasLab) services.finding(mailLeaves);
  const own = account().address;
  const other = secondAccount().address;
  const spoofs: readonly Spoof[] = [
    { name: 'another user in envelope and From', sender: other, from: other },
    { name: 'another user in the envelope', sender: other, from: own },
    { name: 'another user in From', sender: own, from: other },
    ...(foreign === undefined
      ? []
      : [{ name: 'a foreign domain in envelope and From', sender: foreign, from: foreign }]),
  ];
  for (const [index, spoof] of spoofs.entries()) {
    await variant(spoof.name, (verify) =>
      judge(services, `${nonce}-spoof-${index}`, spoof, strengths(verify, spoof.sender)),
    );
  }
}

async function judge(
  services: Services,
  token: string,
  { name, sender, from }: Spoof,
  { envelope, author }: Strengths,
): Promise<void> {
  const { account, inconclusive } = services;
  const own = account().address;
  const recipient = await readerOf(services, token);
  const content = message(services, { token, from, to: recipient });
  const result = await send(services, { sender, recipient, content });
  assertDecided(services, result);
  const arrived = result.taken ? await deliveryOf(services, result, { recipient, token, content }) : null;
  if (arrived?.sender === undefined && arrived !== null && sender !== own)
    inconclusive(
      'precondition',
      `Mail with ${name} is taken (${decisive(result)}), and the mailbox does not tell its reverse-path by one Return-Path.`,
    );
  const authors = arrived ? valuesOf(arrived.content, 'from') : [];
  const senders = arrived ? valuesOf(arrived.content, 'sender') : [];
  const seen = arrived
    ? `<${arrived.sender ?? ''}> with From ${authors.join(' and ') || 'absent'}, Sender ${senders.join(' and ') || 'absent'}`
    : decisive(result);
  envelope.that(arrived === null || sender === own || arrived.sender !== sender, {
    demand: `mail of ${own} with ${name} is refused, or leaves under another envelope sender`,
    expected: `a refusal, or ${own} in the envelope`,
    actual: seen,
  });
  const isMarked = [...authors, ...senders].some((value) => value.includes(own));
  author.that(arrived === null || isMarked, {
    demand: `mail of ${own} with ${name} is refused, or shows whose it is`,
    expected: `a refusal, or ${own} in From or Sender`,
    actual: seen,
  });
}
