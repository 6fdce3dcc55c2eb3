import { visible } from '../../evidence/visible.ts';
import type { Safety } from '../../model/levels.ts';
import { staysHere } from '../../targets/authority.ts';
import type { TargetDeclaration } from '../../targets/load.ts';

/** What each permission means for a server, in a sentence. */
const MEANS: Readonly<Record<Safety, string>> = {
  safe: 'safe: it connects, reads greetings and certificates, logs in with the accounts that are named, and begins mail transactions that it drops. No message is handed over, and no wrong password is tried.',
  'sends-mail':
    'sends-mail: messages go to the accounts that are named. Each that mailspec composes says so in X-Mailspec-Audit. Those that reach the mailboxes are deleted at the end.',
  intrusive:
    'intrusive: wrong passwords are tried, and limits of the server are tested. Accounts can be locked by that.',
  destructive: 'destructive: what servers are known to die of is tried.',
};

/** What an audit of servers would do and send, as lines for who has to say yes. */
export function whatIsDone(targets: readonly TargetDeclaration[]): readonly string[] {
  const permitted = [...new Set(targets.flatMap(({ permissions }) => permissions))];
  const isHere = targets.every(({ settings }) => settings.driver === 'host' && staysHere(settings));
  return [
    '',
    'What would be audited:',
    ...targets.map(({ name, hostname, domain, settings }) => {
      const roles =
        settings.driver === 'host'
          ? Object.entries(settings.roles).map(
              ([role, given]) => `${role} ${typeof given === 'number' ? given : given.port}`,
            )
          : [];
      return `  ${name}: ${visible(hostname)}, ${roles.join(', ')}; its addresses end in @${visible(domain)}`;
    }),
    'What would be done:',
    ...permitted.map((one) => `  ${MEANS[one]}`),
    isHere
      ? '  At most 4 connections are open at a time.'
      : '  At most 4 connections to each are open at a time, and 60 begin in a minute.',
  ];
}
