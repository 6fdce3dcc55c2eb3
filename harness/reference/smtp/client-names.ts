import { reversedAddress } from '../../wire/reversed-address.ts';
import { type Reply, reply } from './reply.ts';
import { isSubmission, type SmtpSession } from './session.ts';

/**
 * Why RCPT is put off where this server takes mail only from addresses whose name leads back to them, as mail servers
 * have one: on mx, for every recipient. Users who submit come from anywhere (RFC 6409 §3.1).
 */
export async function refusalOfUnnamed(session: SmtpSession): Promise<Reply | undefined> {
  const { site, connection, transaction } = session;
  if (!site.life.wantsClientNames || isSubmission(session) || !transaction) return undefined;
  const address = connection.clientAddress;
  session.isNamed ??= await leadsBack(session, address);
  if (session.isNamed) return undefined;
  return reply(450, '4.7.25', `Client host rejected: cannot find your hostname, [${address}]`);
}

async function leadsBack({ site }: SmtpSession, address: string): Promise<boolean> {
  const recordsOf = async (name: string, type: 'PTR' | 'A' | 'AAAA'): Promise<readonly string[]> => {
    const records: unknown = await site.lookups?.resolve(name, type).catch(() => []);
    return Array.isArray(records) ? records.map(String) : [];
  };
  const [zone, type] = address.includes(':')
    ? (['ip6.arpa', 'AAAA'] as const)
    : (['in-addr.arpa', 'A'] as const);
  const [name] = await recordsOf(`${reversedAddress(address)}.${zone}`, 'PTR');
  return name !== undefined && (await recordsOf(name, type)).includes(address);
}
