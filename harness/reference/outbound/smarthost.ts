import { trustAnchors } from '../../certificates/trust-path.ts';
import { authenticateSmtp } from '../../client/sasl/authenticate.ts';
import { plain } from '../../client/sasl/plain.ts';
import type { SmtpClient } from '../../client/smtp.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { SmarthostClaim } from '../../model/smarthost-claim.ts';
import type { TlsDemand } from './transport/tls-demand.ts';
import { pkixObjection } from './transport/tlsa.ts';

/** The relay host to which all mail for other servers goes. */
export interface Smarthost {
  readonly claim: SmarthostClaim;
  /** Name in its certificate. */
  readonly hostname: string;
  readonly endpoint: Endpoint;
  /** PEM of the authority behind its certificate. */
  readonly authority: string;
  readonly user: string;
  /** Undefined where it asks for no login. */
  readonly password?: string;
}

/** It is who it says, and nothing is told to it outside TLS, unless it has none. */
export function smarthostDemand({ claim, hostname, authority }: Smarthost): TlsDemand {
  const anchors = trustAnchors(authority);
  return {
    required: claim.tls !== 'none',
    policyType: 'no-policy-found',
    serverName: hostname,
    objection: (sent) => pkixObjection(sent, anchors, hostname),
  };
}

/**
 * Logs in where the host asks for that.
 * @throws Error with its reply where it does not let us in
 */
export async function logInAtSmarthost(client: SmtpClient, { user, password }: Smarthost): Promise<void> {
  if (password === undefined) return;
  const { accepted, outcome } = await authenticateSmtp(client, plain({ login: user, password }));
  if (accepted) return;
  const said = outcome.kind === 'reply' ? outcome.reply.text : outcome.kind;
  throw new Error(`The smarthost refuses the login: ${said}`);
}
