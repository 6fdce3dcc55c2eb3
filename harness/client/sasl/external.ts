import type { SaslMechanism } from './mechanism.ts';
import { scriptedMechanism } from './scripted.ts';

/** EXTERNAL: the identity comes from elsewhere, such as a client certificate (RFC 4422 appendix A). */
export function external({
  authorizationId = '',
}: {
  readonly authorizationId?: string;
} = {}): SaslMechanism {
  return scriptedMechanism('EXTERNAL', [Buffer.from(authorizationId)]);
}
