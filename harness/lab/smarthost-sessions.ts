import type { SmtpSession } from 'net-mocks';
import { ask } from './ask.ts';
import type { CheckScope } from './check-lab.ts';
import { SMARTHOST } from './names.ts';

type Scope = Pick<CheckScope, 'mocks' | 'access' | 'signal'>;

/** Conversations with the smarthost of the target, oldest first; none where it has none. */
export async function smarthostSessions(
  { mocks, access, signal }: Scope,
  mentions?: string,
): Promise<readonly SmtpSession[]> {
  if (!access.smarthost) return [];
  const { entries } = await ask('list sessions', signal, () =>
    mocks.smtp.sessions({ server: SMARTHOST, ...(mentions === undefined ? {} : { mentions }) }),
  );
  return entries;
}

/**
 * Whether the smarthost of the target was told a recipient of the domain. It looks domains up itself, so that the DNS
 * of the lab is asked nothing by a target whose mail is under way to it.
 */
export async function isToldToSmarthost(scope: Scope, domain: string): Promise<boolean> {
  return (await smarthostSessions(scope, `@${domain}`)).length > 0;
}
