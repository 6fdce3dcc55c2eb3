import type { Services, SmtpClient } from '../../harness/check/check.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, type Fields, fill, STRANGER } from './forms.ts';
import { type Outcome, probeMessage, type Stage, transact } from './transaction.ts';
import { judgeRelaying, observe, type Trial } from './trials.ts';

/** Something that is done before MAIL and must not open the way to somebody elsewhere. */
export interface Approach {
  /** Name of the variant that reports it. */
  readonly name: string;
  /** Whose mail is tried after it, in the envelope and in the header; a stranger's where no address is given. */
  readonly author?: string;
  /** A connection of its own; an outcome where the server turned it away. */
  open(): Promise<SmtpClient | Outcome>;
  /** What is said on it before MAIL; an outcome where the server let it come no further. */
  begin(client: SmtpClient, fields: Fields): Promise<Outcome | undefined>;
  /** Where the end of the connection is as good as a refusal, the stage to report; elsewhere it decides nothing. */
  readonly closedAt?: Stage;
}

/** Sends a message to somebody elsewhere behind each approach, and judges each by what is delivered. */
export async function judgeApproaches(services: Services, approaches: readonly Approach[]): Promise<void> {
  const fields = createFields(services);
  const trials: Trial[] = [];
  for (const approach of approaches) trials.push(trialOf(services, approach, await fields()));
  await judgeRelaying(services, await observe(services, trials));
}

function trialOf(
  services: Services,
  { name, author, open, begin, closedAt }: Approach,
  fields: Fields,
): Trial {
  const { token } = fields;
  const envelope = {
    sender: author ? `<${author}>` : fill(STRANGER, fields),
    recipient: fill(ELSEWHERE, fields),
  };
  const message = probeMessage(services, { token, ...(author ? { from: author } : {}) });
  return {
    name,
    token,
    async attempt() {
      const client = await open();
      if ('kind' in client) return client;
      try {
        return (await begin(client, fields)) ?? (await transact(services, client, envelope, message));
      } catch (failure) {
        if (closedAt && client.connection.ended) return { kind: 'closed', stage: closedAt };
        throw failure;
      } finally {
        client.connection.close();
      }
    },
  };
}
