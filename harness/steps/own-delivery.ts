import { NotApplicable, type Services, type Target } from '../check/check.ts';

/** Why what depends on the servers of recipients cannot be seen of a target; undefined where it can. */
export function behindSmarthost({ claims }: Pick<Target, 'claims'>): NotApplicable | undefined {
  const { smarthost } = claims;
  if (!smarthost) return undefined;
  return new NotApplicable(
    'The target hands all mail to its smarthost, which alone meets the servers of recipients: they see its address, and how they are found, and what they offer and do, the target never sees.',
    `claims: smarthost, port ${smarthost.port}, TLS ${smarthost.tls}`,
  );
}

/**
 * Ends a variant whose server does more than reply at RCPT and at the end of the data, where a smarthost stands between.
 * For a whole check there is the need `own-delivery`.
 * @throws NotApplicable
 */
export function assertDeliversItself({ target }: Pick<Services, 'target'>): void {
  const objection = behindSmarthost(target);
  if (objection) throw objection;
}
