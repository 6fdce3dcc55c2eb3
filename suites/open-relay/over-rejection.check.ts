import { check } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertStranger } from '../../harness/steps/trusted-client.ts';
import { createFields } from './fields.ts';
import { type Form, STRANGER } from './forms.ts';
import { createSupply, trialOf } from './supply.ts';
import { isPostponed, lineOfOutcome, type Outcome, patientOutcome } from './transaction.ts';

const POSTMASTER = '<postmaster>';

/** Mail for this server that resembles what the other checks want refused. */
const WANTED: Readonly<Record<string, Form>> = {
  'mail for the postmaster without a domain': { sender: STRANGER, recipient: POSTMASTER },
  'a bounce for an account': { sender: '<>', recipient: '<{account}>' },
  'mail for an account in a domain in capitals': { sender: STRANGER, recipient: '<{mailbox}@{DOMAIN}>' },
};
/** Subaddressing is a local custom (RFC 5233); where it is one, it holds for every detail. */
const TAGGED: Form = { sender: STRANGER, recipient: '<{mailbox}+{token}@{domain}>' };
const VERP: Form = { sender: STRANGER, recipient: '<{mailbox}+victim={external}@{domain}>' };

export const wantedMailIsTaken = check(
  {
    id: 'RLY-019',
    slug: 'wanted-mail-is-taken',
    title: 'Guarding against relaying does not turn away mail for the server itself',
    sends:
      'messages to the postmaster without a domain, from the null sender to an account, to an account in capitals, and to an account with a detail that looks like an address elsewhere',
    demands: 'all are accepted; the last where the account takes mail with a detail at all',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5321#4.5.1', 'rfc5321#2.4', 'rfc5321#4.1.2', 'rfc2505#2.6.1'],
    roles: ['mx'],
    needs: ['account', 'dns'],
    withoutLab: 'decides',
    limits: ['Without a lab no message follows: what is refused after the data is not seen.'],
    considers: [strangersAreServed],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
    kills: ['mx-refuses-bare-postmaster', 'mx-refuses-null-sender', 'mx-refuses-routing-characters'],
  },
  async (services) => {
    const { smtp, variant, account, finding, inconclusive, notApplicable } = services;
    assertStranger(services);
    account();
    const fields = createFields(services);
    const supply = createSupply(() => smtp({ at: 'ready' }));
    const tried = async (form: Form): Promise<Outcome> => {
      const { attempt } = trialOf(services, await fields(), form, supply);
      const outcome = await patientOutcome(services, attempt);
      supply.close();
      if (isPostponed(outcome))
        inconclusive('precondition', `Refused for now, as often as it was tried: ${lineOfOutcome(outcome)}`);
      return outcome;
    };
    const judge = (name: string, form: Form) =>
      variant(name, async (verify) => {
        // Where the account gets no ordinary mail either, nothing is wrong with the form.
        if (form.recipient !== POSTMASTER) finding(strangersAreServed);
        const outcome = await tried(form);
        const demand = `${name} is taken`;
        const line = lineOfOutcome(outcome);
        if (isTaken(outcome)) verify.met(demand, line);
        else verify.missed(demand, { expected: '250', actual: line });
      });

    for (const [name, form] of Object.entries(WANTED)) await judge(name, form);
    const tagged = await tried(TAGGED);
    const name = 'mail for an account with a detail that looks like an address elsewhere';
    if (isTaken(tagged)) await judge(name, VERP);
    else {
      await variant(name, async () =>
        notApplicable('The account takes no mail with a detail.', lineOfOutcome(tagged)),
      );
    }
  },
);

/** Without a lab no message follows a recipient that is taken. */
function isTaken({ kind }: Outcome): boolean {
  return kind === 'accepted' || kind === 'named';
}
