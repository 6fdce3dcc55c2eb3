import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

/** Contexts that are kept; checks differ in a few offers, and seldom show a certificate. */
const KEPT = 64;
const contexts = new Map<string, SecureContext>();

/**
 * The context of a client with these settings, the same one for the same settings: making one takes as long as
 * the handshake. It holds no session; a client that is to resume one is given it.
 */
export function clientContext(settings: SecureContextOptions): SecureContext {
  const key = JSON.stringify(settings);
  const known = contexts.get(key);
  if (known) return known;
  const made = createSecureContext(settings);
  if (contexts.size >= KEPT) contexts.clear();
  contexts.set(key, made);
  return made;
}
