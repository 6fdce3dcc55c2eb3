import { bareReply, type Reply, reply } from './reply.ts';
import type { SmtpSession } from './session.ts';

/** VRFY (RFC 5321 §3.5, §7.3): nobody is told who exists. */
export function verify({ site }: SmtpSession, argument: string): Reply {
  if (site.faulty('smtp-vrfy-names-users')) {
    const account = site.directory.find(argument.includes('@') ? argument : `${argument}@${site.domain}`);
    return account
      ? bareReply(250, `2.1.5 A User <${account.address}>`)
      : reply(550, '5.1.1', 'User unknown');
  }
  return reply(252, '2.5.0', 'Cannot verify the user, but will take mail for users of this site');
}

/** EXPN (RFC 5321 §3.5): there are no lists to be told about. */
export function expand({ site }: SmtpSession): Reply {
  if (!site.faulty('smtp-expn-lists-members')) return reply(502, '5.5.1', 'Command not implemented');
  return bareReply(250, ...site.directory.accounts.map(({ address }) => `2.1.5 <${address}>`));
}
