import type { SaslMechanism } from './mechanism.ts';
import { scriptedMechanism } from './scripted.ts';

/** ANONYMOUS: no identity, only trace information (RFC 4505 §2). */
export function anonymous({ trace = '' }: { readonly trace?: string } = {}): SaslMechanism {
  return scriptedMechanism('ANONYMOUS', [Buffer.from(trace)]);
}
