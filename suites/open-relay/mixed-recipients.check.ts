import { check, type Services, type SmtpClient, type SmtpReply } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { announcedExtensions } from '../../harness/steps/extensions.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, type Fields, fill, STRANGER } from './forms.ts';
import { RELAY_CHECK } from './relay-check.ts';
import { hand, lineOfOutcome, type Outcome, probeMessage, refused } from './transaction.ts';
import { observe, type Trial } from './trials.ts';
import { judgeWithoutLab } from './without-delivery.ts';

type Recipient = 'local' | 'elsewhere';

interface Order {
  readonly recipients: readonly Recipient[];
  /** Extension that the variant needs. */
  readonly extension?: 'PIPELINING' | 'CHUNKING';
}

const ORDERS: Readonly<Record<string, Order>> = {
  'elsewhere between two local ones': { recipients: ['local', 'elsewhere', 'local'] },
  'elsewhere first': { recipients: ['elsewhere', 'local'] },
  'in one pipelined group': { recipients: ['local', 'elsewhere', 'local'], extension: 'PIPELINING' },
  'with BDAT': { recipients: ['local', 'elsewhere'], extension: 'CHUNKING' },
};

/** Replies to the recipients of one transaction, in order. */
interface Replies {
  readonly local: readonly SmtpReply[];
  readonly elsewhere: readonly SmtpReply[];
}

export const everyRecipientIsJudged = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-017',
    slug: 'every-recipient-is-judged',
    title: 'One accepted local recipient does not open the transaction for external recipients',
    sends:
      'one message for an account and for somebody elsewhere, in several orders, in one pipelined group, and with BDAT',
    demands: 'the recipient elsewhere is refused in every order, and nothing reaches the receiving server',
    severity: 'high',
    needs: ['account', 'dns', 'sink'],
    limits: [...RELAY_CHECK.limits, 'Without a lab no order with BDAT is tried.'],
    kills: ['mx-relays-after-local-recipient'],
  },
  async (services) => {
    const { hasLab, lab, smtp, variant, account, notApplicable, inconclusive } = services;
    const { address } = account();
    assertStrangersAreServed(services);
    const offered = await announcedExtensions(services);

    const fields = createFields(services);
    const replies = new Map<Trial, Replies>();
    const trials: Trial[] = [];
    for (const [name, order] of Object.entries(ORDERS)) {
      if (order.extension && !offered.has(order.extension)) continue;
      // By BDAT a message follows, or the order is another one's.
      if (order.extension === 'CHUNKING' && !hasLab) continue;
      const values = await fields();
      const trial: Trial = {
        name,
        token: values.token,
        async attempt() {
          const client = await smtp({ at: 'ready' });
          try {
            const given = await envelope(client, order, values, address);
            if ('kind' in given) return given;
            replies.set(trial, given);
            const postponed = given.local.find(isTemporary);
            if (postponed) return refused('RCPT', postponed);
            const [taken] = given.elsewhere.filter(isPositive);
            if (!hasLab) return taken ? { kind: 'named', reply: taken } : refusedOf(given);
            const outcome = await send(services, client, order, values.token);
            return { ...outcome, besides: given.elsewhere.some(isPositive) };
          } finally {
            client.connection.close();
          }
        },
      };
      trials.push(trial);
    }

    for (const { trial, outcome: result, sighting } of await observe(services, trials)) {
      await variant(trial.name, async (verify) => {
        const outcome = result();
        const given = replies.get(trial);
        if (!given)
          return inconclusive('precondition', `No recipient was reached: ${lineOfOutcome(outcome)}`);
        const demand = 'a recipient elsewhere is refused beside a local one';
        const told = given.elsewhere.map(lineOf).join('; ');
        if (sighting.kind === 'delivered') {
          const { recipients, clientAddress } = sighting.message;
          verify.missed(demand, {
            expected: 'a refusal, and nothing at the receiving server',
            actual: `delivered to <${recipients.join('>, <')}> by ${clientAddress}, after ${told}`,
          });
          return;
        }
        if (!given.local.every(isPositive)) {
          const local = given.local.map(lineOf).join('; ');
          inconclusive('precondition', `The local recipient is refused: ${local}`);
        }
        if (!hasLab) return judgeWithoutLab(services, verify, { outcome });
        if (given.elsewhere.some(isPositive)) {
          const fate =
            sighting.kind === 'bounced'
              ? `was bounced ${sighting.where}`
              : `did not come to the receiving server within ${lab().outboundMs} ms`;
          inconclusive(
            'precondition',
            `The recipient elsewhere is accepted (${told}), and the message ${fate}.`,
          );
        }
        verify.met(demand, told);
      });
    }
    for (const [name, { extension }] of Object.entries(ORDERS)) {
      if (!extension || offered.has(extension)) continue;
      await variant(name, async () =>
        notApplicable(`${extension} is not offered.`, [...offered.keys()].join(' ')),
      );
    }
  },
);

/** The first refusal of a recipient elsewhere. */
function refusedOf({ elsewhere }: Replies): Outcome {
  const [reply] = elsewhere;
  if (!reply) throw new Error('Every order has a recipient elsewhere.');
  return refused('RCPT', reply);
}

/** MAIL and every RCPT; an outcome where MAIL is refused. */
async function envelope(
  client: SmtpClient,
  { recipients, extension }: Order,
  values: Fields,
  address: string,
): Promise<Replies | Outcome> {
  const mail = `MAIL FROM:${fill(STRANGER, values)}`;
  const paths = { local: `<${address}>`, elsewhere: fill(ELSEWHERE, values) };
  const commands = recipients.map((kind) => `RCPT TO:${paths[kind]}`);
  const all: SmtpReply[] = [];
  if (extension === 'PIPELINING') {
    all.push(...(await client.pipeline(mail, ...commands)));
  } else {
    for (const command of [mail, ...commands]) all.push(await client.command(command));
  }
  const [first, ...others] = all;
  if (first && !isPositive(first)) return refused('MAIL', first);
  const of = (wanted: Recipient) => others.filter((_, index) => recipients[index] === wanted);
  return { local: of('local'), elsewhere: of('elsewhere') };
}

async function send(
  services: Services,
  client: SmtpClient,
  { extension }: Order,
  token: string,
): Promise<Outcome> {
  const message = probeMessage(services, { token });
  if (extension !== 'CHUNKING') return hand(client, message);
  const command = services.bytes.line(`BDAT ${message.length} LAST`);
  client.raw(Buffer.concat([command, message]));
  const reply = await client.reply('the reply to BDAT');
  return isPositive(reply) ? { kind: 'accepted', reply } : refused('DATA', reply);
}
