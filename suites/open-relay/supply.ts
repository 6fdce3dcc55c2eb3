import type { Answer, Services, SmtpClient, SmtpReply } from '../../harness/check/check.ts';
import { isPositive } from '../../harness/steps/replies.ts';
import { type Fields, type Form, fill, nameOf } from './forms.ts';
import { isPostponed, type Outcome, probeMessage, transact } from './transaction.ts';
import type { Trial } from './trials.ts';

/** Transactions on one connection: a server counts errors, and two of them it must bear. */
const USES = 2;

/**
 * A transaction that takes longer is of a server that keeps refused clients waiting. Each further error of a session
 * mostly costs more than the one before, so that the next transaction has a session of its own. Milliseconds.
 */
const SLOW_MS = 3_000;

/** Sessions that have said hello, for one transaction after the other. */
export interface Supply<Client = SmtpClient> {
  /** Runs one transaction on a session that has none. */
  use(run: (client: Client) => Promise<Outcome>): Promise<Outcome>;
  close(): void;
}

/** What a supply needs of a client itself. */
interface Session {
  readonly connection: { readonly ended: unknown; close(): void };
  attempt(command: string): Promise<Answer<SmtpReply>>;
}

/**
 * @param open a client that has said hello
 * @param slowMs a transaction that takes longer is the last one of its session
 */
export function createSupply<Client extends Session = SmtpClient>(
  open: () => Promise<Client>,
  slowMs = SLOW_MS,
): Supply<Client> {
  let current: { readonly client: Client; uses: number } | undefined;
  const close = () => {
    current?.client.connection.close();
    current = undefined;
  };
  const idle = async (): Promise<Client> => {
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
      const began = performance.now();
      const outcome = await run(client).catch((failure: unknown) => {
        close();
        throw failure;
      });
      // A screener that turned the first visit away wants to see a second one.
      if (isPostponed(outcome) || performance.now() - began > slowMs) close();
      return outcome;
    },
    close,
  };
}

async function isReset(client: Session): Promise<boolean> {
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
    attempt: () => supply.use((client) => transact(services, client, envelope, message)),
  };
}
