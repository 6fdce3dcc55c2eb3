import type { Services, SmtpClient } from '../../harness/check/check.ts';
import { isPositive } from '../../harness/steps/replies.ts';
import { type Fields, type Form, fill, nameOf } from './forms.ts';
import { isPostponed, type Outcome, probeMessage, transact } from './transaction.ts';
import type { Trial } from './trials.ts';

/** Transactions on one connection: a server counts errors, and two of them it must bear. */
const USES = 2;

/** Sessions that have said hello, for one transaction after the other. */
export interface Supply {
  /** Runs one transaction on a session that has none. */
  use(run: (client: SmtpClient) => Promise<Outcome>): Promise<Outcome>;
  close(): void;
}

/** @param open a client that has said hello */
export function createSupply(open: () => Promise<SmtpClient>): Supply {
  let current: { readonly client: SmtpClient; uses: number } | undefined;
  const close = () => {
    current?.client.connection.close();
    current = undefined;
  };
  const idle = async (): Promise<SmtpClient> => {
    if (current && current.uses < USES && (await isReset(current.client))) {
      current.uses += 1;
      return current.client;
    }
    close();
    current = { client: await open(), uses: 1 };
    return current.client;
  };
  return {
    async use(run) {
      const client = await idle();
      const outcome = await run(client).catch((failure: unknown) => {
        close();
        throw failure;
      });
      // A screener that turned the first visit away wants to see a second one.
      if (isPostponed(outcome)) close();
      return outcome;
    },
    close,
  };
}

async function isReset(client: SmtpClient): Promise<boolean> {
  if (client.connection.ended) return false;
  const answer = await client.attempt('RSET');
  return answer.kind === 'reply' && isPositive(answer.reply);
}

/** A trial for each form; `prefix` tells apart what is tried in several surroundings. */
export function trialsOf(
  services: Services,
  fields: () => Promise<Fields>,
  forms: readonly Form[],
  supply: Supply,
  prefix = '',
): Promise<readonly Trial[]> {
  return Promise.all(
    forms.map(async (form) => {
      const trial = trialOf(services, await fields(), form, supply);
      return { ...trial, name: `${prefix}${trial.name}` };
    }),
  );
}

/** A trial of one form. */
export function trialOf(services: Services, values: Fields, form: Form, supply: Supply): Trial {
  const { token } = values;
  const envelope = { sender: fill(form.sender, values), recipient: fill(form.recipient, values) };
  const message = probeMessage(services, { token });
  return {
    name: nameOf(form),
    token,
    envelope,
    attempt: () => supply.use((client) => transact(client, envelope, message)),
  };
}
