import type { Services, SmtpSession } from '../check/check.ts';

/** Mail that was taken and is on no way that the lab sees. */
export interface Astray {
  /** `environment`: nobody of the lab was met; `precondition`: somebody was, and it came to nothing. */
  readonly why: 'environment' | 'precondition';
  /** Goes on from "The target took the message and". */
  readonly what: string;
}

/**
 * Whether a target that took mail for a domain elsewhere set out with it: to its smarthost, where one is declared, else
 * to the servers that the DNS names. Undefined where it did.
 */
export async function astray(
  { lab, target }: Pick<Services, 'lab' | 'target'>,
  domain: string,
): Promise<Astray | undefined> {
  if (target.claims.smarthost) {
    const sessions = await lab().smarthostSessions();
    if (sessions.some((session) => namesDomain(session, domain))) return undefined;
    const [last] = sessions.flatMap(refusalIn).slice(-1);
    if (sessions.length === 0)
      return { why: 'environment', what: 'never connected to the smarthost of the lab, which is declared' };
    const told = last ? `; the last refusal there was ${last}` : '';
    return {
      why: 'precondition',
      what: `told the smarthost of the lab nothing of it in ${sessions.length} connections${told}`,
    };
  }
  const asked = await lab().dns.queries({ name: domain });
  if (asked.length > 0) return undefined;
  return {
    why: 'environment',
    what: `never asked the DNS of the lab for ${domain}: its mail goes another way`,
  };
}

function namesDomain({ commands }: SmtpSession, domain: string): boolean {
  return commands.some(
    ({ verb, argument }) => verb === 'RCPT' && argument.toLowerCase().includes(`@${domain.toLowerCase()}`),
  );
}

/** The last command that was refused, or TLS that did not come about. */
function refusalIn({ commands, tls }: SmtpSession): readonly string[] {
  const refused = commands.filter(({ code }) => code !== null && code >= 400).at(-1);
  if (refused) return [`${refused.code} to ${refused.verb}`];
  return tls && !tls.established ? ['a TLS handshake that failed'] : [];
}
