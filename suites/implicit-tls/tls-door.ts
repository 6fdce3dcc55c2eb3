import type { Connection, Role, Services } from '../../harness/check/check.ts';

/** Every role: TLS is implicit there or can be reached by an upgrade. */
export const TLS_ROLES = ['mx', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'] as const;

/** Roles of users, where no client goes on without TLS; port 25 is opportunistic (RFC 7435 §3). */
export const ACCESS_ROLES = ['submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'] as const;

/**
 * A connection on which the next octets are a ClientHello: at once on an implicit-TLS role, behind the
 * go-ahead elsewhere. Not applicable where no upgrade is offered.
 */
export async function atTheDoor(services: Services): Promise<Connection> {
  switch (services.role) {
    case 'mx':
    case 'submission':
      return behindSmtp(services);
    case 'pop3':
      return behindPop3(services);
    case 'imap':
      return behindImap(services);
    default:
      return services.connect({ role: services.role });
  }
}

async function behindSmtp({ smtp, role, notApplicable, inconclusive }: Services): Promise<Connection> {
  const client = await smtp({ role, at: 'ready' });
  const keywords = [...(client.capabilities?.keywords.keys() ?? [])];
  if (!keywords.includes('STARTTLS'))
    return notApplicable(`${role} does not offer STARTTLS.`, `EHLO keywords ${keywords.join(' ')}`);
  const reply = await client.command('STARTTLS');
  if (reply.code !== 220)
    return inconclusive('precondition', `${role} offers STARTTLS and refuses it: ${reply.text}`);
  return client.connection;
}

async function behindPop3({ pop3, role, notApplicable, inconclusive }: Services): Promise<Connection> {
  const client = await pop3({ role, at: 'ready' });
  const listed = [...(client.capabilities?.keywords.keys() ?? [])];
  if (!listed.includes('STLS'))
    return notApplicable(`${role} does not offer STLS.`, `CAPA lists ${listed.join(' ') || 'nothing'}`);
  const reply = await client.command('STLS');
  if (reply.status !== '+OK')
    return inconclusive('precondition', `${role} offers STLS and refuses it: ${reply.text}`);
  return client.connection;
}

async function behindImap({ imap, role, notApplicable, inconclusive }: Services): Promise<Connection> {
  const client = await imap({ role, at: 'ready' });
  const listed = [...(client.capabilities ?? [])];
  if (!listed.includes('STARTTLS'))
    return notApplicable(`${role} does not offer STARTTLS.`, `CAPABILITY ${listed.join(' ')}`);
  const reply = await client.command('STARTTLS');
  if (reply.status !== 'OK')
    return inconclusive('precondition', `${role} offers STARTTLS and refuses it: ${reply.text}`);
  return client.connection;
}

/** On port 25 a weak protocol is better than none, unless the target declares that TLS is required there. */
export function strengthFor(
  verify: Services['verify'],
  { role, target }: { readonly role: Role; readonly target: Services['target'] },
): Omit<Services['verify'], 'ideally'> {
  return role === 'mx' && !target.claims.mxRequiresTls ? verify.ideally : verify;
}
