import type { SmtpSession } from 'net-mocks';

/**
 * The part of a conversation that is about one receiving server. A session of the smarthost tells of mail for many:
 * of its transactions those stay that name a recipient of this server, with what came before the first of them.
 * @param name of the server in the lab's own interface
 */
export function ownPart<Session extends SmtpSession>(session: Session, name: string): Session {
  if (session.server === name) return session;
  const isTransaction = (part: SmtpSession['commands']) => part[0]?.verb === 'MAIL';
  const isOwn = (part: SmtpSession['commands']) => part.some(({ forServer }) => forServer === name);
  const kept = partsOf(session.commands).filter((part) => !isTransaction(part) || isOwn(part));
  return { ...session, commands: kept.flat() };
}

/** Each MAIL begins a part; what comes before the first is one too. */
function partsOf(commands: SmtpSession['commands']): SmtpSession['commands'][] {
  const parts: SmtpSession['commands'][] = [[]];
  for (const command of commands) {
    if (command.verb === 'MAIL') parts.push([]);
    parts.at(-1)?.push(command);
  }
  return parts;
}
