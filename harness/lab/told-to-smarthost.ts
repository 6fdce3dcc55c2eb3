import { ask } from './ask.ts';
import type { CheckScope } from './check-lab.ts';
import { SMARTHOST } from './names.ts';

/**
 * Whether the smarthost of the target was told a recipient of the domain. It looks domains up itself, so that the DNS
 * of the lab is asked nothing by a target whose mail is under way to it.
 */
export async function isToldToSmarthost(
  { mocks, access, signal }: Pick<CheckScope, 'mocks' | 'access' | 'signal'>,
  domain: string,
): Promise<boolean> {
  if (!access.smarthost) return false;
  const { entries } = await ask('list sessions', signal, () =>
    mocks.smtp.sessions({ server: SMARTHOST, mentions: `@${domain}` }),
  );
  return entries.length > 0;
}
