import type { Services, SmtpClient } from '../../harness/check/check.ts';
import { isRecipientTaken } from '../../harness/steps/hand-over.ts';
import { nameRecipient, type Paths } from '../../harness/steps/name-recipient.ts';

/** A session in the clear that was given an envelope; closed where that was refused. */
export interface GivenEnvelope {
  readonly client: SmtpClient;
  readonly taken: boolean;
  /** The reply that decided. */
  readonly code: number;
  readonly text: string;
}

/** Names sender and recipient after EHLO, patient with what is refused for now. */
export function giveEnvelope({ smtp, patiently }: Services, paths: Paths): Promise<GivenEnvelope> {
  return patiently(async () => {
    const client = await smtp({ at: 'ready' });
    const { code, text } = await nameRecipient(client, paths);
    const taken = isRecipientTaken({ code });
    if (!taken) client.connection.close();
    return { client, taken, code, text };
  });
}
