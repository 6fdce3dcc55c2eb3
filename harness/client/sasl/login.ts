import type { SaslCredentials, SaslMechanism } from './mechanism.ts';
import { scriptedMechanism } from './scripted.ts';

/**
 * LOGIN: the login name answers the first prompt and the password the second, whatever they say
 * (draft-murchison-sasl-login-00 §2). Servers also take the login name as initial response.
 */
export function login(credentials: SaslCredentials): SaslMechanism {
  const password = Buffer.from(credentials.password);
  return scriptedMechanism(
    'LOGIN',
    [Buffer.from(credentials.login), { bytes: password, secrets: [password] }],
    { clientFirst: false },
  );
}
