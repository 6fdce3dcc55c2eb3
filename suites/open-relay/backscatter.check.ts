import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { announcedExtensions } from '../../harness/steps/extensions.ts';
import { assertLabWasThere } from '../../harness/steps/given-time.ts';
import { outboundControl } from './controls.ts';
import { createFields } from './fields.ts';
import { type Fields, fill, STRANGER, UNKNOWN } from './forms.ts';
import { RELAY_CHECK } from './relay-check.ts';
import { isPostponed, lineOfOutcome, probeMessage, transact } from './transaction.ts';
import { type Observation, observe, type Trial } from './trials.ts';

const ASKING = 'an unknown recipient and a wish for notifications';
const DIVERTING = 'a notification to a third party';

export const noBackscatter = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-015',
    slug: 'no-backscatter',
    title: 'No backscatter: unknown local recipients are refused during the session, not bounced afterwards',
    sends:
      'messages from a forged sender to an unknown local recipient, with and without asking for a notification; a message to an account that asks for a notification to a third party',
    demands:
      'the unknown recipient is refused during the session; a notification goes to the sender of the message and to nobody else',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc5321#6.2', 'rfc5321#3.3', 'rfc7208#2.5', 'rfc3461#6.2'],
    needs: ['account', 'dns', 'sink'],
    limits: [
      'Without a lab unknown recipients are named and no message follows; a notification to a third party is not asked for.',
      'Messages that a filter or a full mailbox would turn away are not sent: what a target turns away is not declared.',
    ],
    kills: [
      'mx-bounces-unknown-users',
      'mx-drops-unknown-users',
      'mx-puts-off-unknown-users',
      'mx-notifies-original-recipient',
    ],
  },
  async (services) => {
    const { hasLab, lab, variant, account, notApplicable, inconclusive } = services;
    assertStrangersAreServed(services);
    const offersDsn = (await announcedExtensions(services)).has('DSN');

    const fields = createFields(services);
    const plain = await fields();
    const asking = await fields();
    const diverting = await fields();
    const trials = [trial(services, 'an unknown recipient', plain, fill(UNKNOWN, plain))];
    if (offersDsn)
      trials.push(trial(services, ASKING, asking, fill(UNKNOWN, asking), 'NOTIFY=FAILURE,DELAY'));
    if (offersDsn && hasLab) {
      const thirdParty = `NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;${diverting.user}@${diverting.external}`;
      trials.push(trial(services, DIVERTING, diverting, `<${account().address}>`, thirdParty));
    }
    const [unknown, askingUnknown, diverted] = await observe(services, trials);

    for (const observation of [unknown, askingUnknown]) {
      if (!observation) continue;
      await variant(observation.trial.name, (verify) => judgeUnknown(services, verify, observation));
    }
    if (!hasLab) return;
    await variant(DIVERTING, async (verify) => {
      if (!diverted) return notApplicable('DSN is not offered.', 'EHLO does not list DSN');
      const outcome = diverted.outcome();
      if (outcome.kind !== 'accepted')
        inconclusive('precondition', `Mail for an account is refused: ${lineOfOutcome(outcome)}`);
      const recipient = `${diverting.user}@${diverting.external}`;
      const [stray] = await lab().messages({ recipient });
      verify.absent(stray, 'nothing is sent to the original recipient that a client names', {
        what: `a message to <${recipient}>`,
        as: ({ sender }) => `a message from <${sender}> to <${recipient}>`,
      });
    });
  },
);

function trial(services: Services, name: string, values: Fields, recipient: string, parameters = ''): Trial {
  const envelope = { sender: fill(STRANGER, values), recipient, parameters };
  const message = probeMessage(services, { token: values.token });
  return {
    name,
    token: values.token,
    async attempt() {
      const client = await services.smtp({ at: 'ready' });
      const outcome = await transact(services, client, envelope, message);
      client.connection.close();
      return outcome.kind === 'accepted' ? { ...outcome, besides: true } : outcome;
    },
  };
}

async function judgeUnknown(
  services: Services,
  verify: Verify,
  { outcome: result, sighting }: Observation,
): Promise<void> {
  const { inconclusive, lab } = services;
  const outcome = result();
  const line = lineOfOutcome(outcome);
  if (isPostponed(outcome)) {
    if (outcome.kind !== 'refused' || outcome.stage !== 'RCPT')
      inconclusive('precondition', `Mail for the unknown recipient is put off: ${line}`);
    // Known recipients are taken from strangers meanwhile, so nothing but the recipient is in the way.
    verify.met('a forged sender gets no bounce about an unknown local recipient', line);
    verify.ideally.missed('an unknown local recipient is refused for good', {
      expected: '550, so that the sender hears of the mistake at once',
      actual: `${line}, as often as it was tried`,
    });
    return;
  }
  const demand = 'a forged sender gets no bounce about an unknown local recipient';
  if (outcome.kind === 'named')
    inconclusive(
      'precondition',
      `The unknown recipient is taken at RCPT (${line}): whether it is refused after the data or bounced only a lab can see.`,
    );
  if (sighting.kind === 'bounced' || sighting.kind === 'delivered') {
    const seen = sighting.kind === 'bounced' ? `a bounce ${sighting.where}` : 'a delivery elsewhere';
    verify.missed(demand, { expected: 'a refusal during the session', actual: `${seen}, after ${line}` });
    return;
  }
  if (sighting.kind === 'kept') {
    verify.met(demand, `delivered to a mailbox: the domain takes mail for every name, after ${line}`);
    return;
  }
  if (sighting.kind === 'unseen' && sighting.given) assertLabWasThere(services, sighting.given);
  verify.met(demand, line);
  if (outcome.kind !== 'accepted') return;
  const { works, line: control } = outboundControl(services);
  if (!works) {
    inconclusive(
      'precondition',
      `Accepted (${line}), and no bounce within ${lab().outboundMs} ms; but no authenticated message was seen to reach the receiving server either: ${control}.`,
    );
  }
  verify.ideally.missed('an unknown local recipient is refused during the session', {
    expected: 'a refusal',
    actual: `${line}, and silence afterwards`,
  });
}
