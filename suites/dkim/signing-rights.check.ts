import {
  check,
  type Services,
  type StoredMessage,
  type VerifiedSignature,
} from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { compose } from '../../harness/steps/compose.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { linesOf, type Sending, send, sendSigned, written } from './sent-mail.ts';

export const onlyRightfulMailIsSigned = check(
  {
    id: 'DKIM-022',
    slug: 'only-rightful-mail-is-signed',
    title: 'The signer is not an oracle: foreign or forged From is not signed as the domain',
    sends:
      'without AUTH messages with a From of the mail domain and of another one; as a user messages with a From of another user, of another domain, with two From fields, with a group in From',
    demands:
      'what a stranger sent carries no signature of the domain, and nothing carries one of a foreign domain; the others are refused or unsigned',
    level: 'policy',
    severity: 'critical',
    clauses: ['rfc6376#5.1', 'rfc6376#8.15', 'rfc6376#3.8'],
    roles: ['mx', 'submission', 'submissions'],
    per: 'target',
    needs: ['account', 'mailbox-in-part', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    buildsOn: [mailLeaves],
    budget: '60s',
    waits: deliveries(7),
    limits: ['Copies that a rule of a mailbox forwards are not looked at.'],
    kills: ['signs-mail-of-strangers', 'submission-takes-foreign-from', 'submission-relays-two-from-fields'],
  },
  async (services) => {
    const { variant, account, target, lab, nonce, notApplicable } = services;
    const own = account();
    const domain = domainOf(own.address);
    await sendSigned(services);

    const strangers = [
      { name: 'a stranger in the name of the domain', author: `ceo@${domain}` },
      { name: 'a stranger in his own name', author: await lab().forgedSender(nonce) },
    ];
    for (const { name, author } of target.endpoints.mx ? strangers : [])
      await variant(name, async (verify) => {
        const stored = await fromStranger(services, author);
        if (!stored) {
          verify.met('mail of strangers is not signed', 'refused');
          return;
        }
        const signatures = await services.authentication.dkim.verify(stored.bytes, publishedTexts(services));
        verify.that(!signatures.some((one) => one.domain === domain), {
          demand: 'mail of strangers is not signed',
          expected: `no signature of ${domain}`,
          actual: linesOf(signatures),
        });
      });

    const victim = `somebody@${lab().domain('victim')}`;
    await variant('a user in the name of another domain', async (verify) => {
      const sending = await sendAs(services, [`<${victim}>`]);
      verify.that(!signaturesOf(sending).some((one) => one.domain === domainOf(victim)), {
        demand: 'nothing is signed in the name of a foreign domain',
        expected: `no signature of ${domainOf(victim)}`,
        actual: outcomeOf(sending),
      });
    });

    const questionable: readonly { readonly name: string; readonly from: readonly string[] }[] = [
      { name: 'two From fields', from: [`<${own.address}>`, `<${victim}>`] },
      { name: 'a group in From', from: [`Staff: ${own.address}, ${victim};`] },
    ];
    for (const { name, from } of questionable)
      await variant(name, async (verify) => {
        const sending = await sendAs(services, from);
        verifyNotVouchedFor(verify, sending, domain, `a message with ${name} is not given a signature`);
      });

    await variant('a user in the name of another user', async (verify) => {
      const [, other] = target.accounts;
      if (!other) return notApplicable('The target declares fewer than two accounts.', '1 declared');
      const sending = await sendAs(services, [`<${other.address}>`]);
      const demand = 'a user is not given a signature for the address of another user';
      verifyNotVouchedFor(verify, sending, domain, demand);
    });
  },
);

/** A message that the first account submits with these authors, each in a From field of its own. */
async function sendAs(services: Services, authors: readonly string[]): Promise<Sending> {
  const from = authors.map((author) => `From: ${author}`);
  const sending = await send(services, services.account(), (to) => written(services, { from, to }));
  if (sending.kind === 'lost')
    services.inconclusive('precondition', 'The message was taken and did not arrive.');
  return sending;
}

/** A message without AUTH to the first account, as it lies in the mailbox; null where it is refused. */
async function fromStranger(services: Services, author: string): Promise<StoredMessage | null> {
  const { lab, offer, inMailbox, account, nonce, inconclusive } = services;
  const sender = await lab().forgedSender(nonce);
  const token = `stranger-${crypto.randomUUID()}`;
  const content = compose(services, { from: author, to: account().address, token });
  const offered = await offer({ sender, content });
  if (offered.disposition === 'deferred')
    inconclusive('precondition', `The message is refused for now, again and again: ${offered.line}`);
  if (offered.disposition === 'rejected') return null;
  const stored = await inMailbox({ token, sent: content });
  return stored ?? inconclusive('precondition', 'The message was taken and is in no mailbox.');
}

function signaturesOf(sending: Sending): readonly VerifiedSignature[] {
  return sending.kind === 'arrived' ? sending.signatures : [];
}

function verifyNotVouchedFor(
  verify: Services['verify'],
  sending: Sending,
  domain: string,
  demand: string,
): void {
  const isVouchedFor = signaturesOf(sending).some((one) => one.domain === domain && one.result === 'pass');
  const expected = `refused, or no good signature of ${domain}`;
  verify.ideally.that(!isVouchedFor, { demand, expected, actual: outcomeOf(sending) });
}

function outcomeOf(sending: Sending): string {
  if (sending.kind === 'refused') return `refused: ${sending.line}`;
  return linesOf(signaturesOf(sending));
}
