import type { Services, SmtpClient } from '../../harness/check/check.ts';
import { handOver, type Mail, type Transfer } from '../../harness/steps/hand-over.ts';

/** Sends a message on a session of its own, and again where it is refused for now. */
export function send(services: Services, open: () => Promise<SmtpClient>, mail: Mail): Promise<Transfer> {
  return services.patiently(async () => {
    const client = await open();
    const result = await handOver(client, mail);
    await client.quit();
    return result;
  });
}

/** A refusal for now, after all the patience that the target asks for. */
export function isTemporary({ code }: Transfer): boolean {
  return code >= 400 && code < 500;
}
