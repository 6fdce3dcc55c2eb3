import { upgrade } from '../session/upgrade.ts';
import { upgradeConduct } from '../session/upgrade-conduct.ts';
import { TLS_FIRST } from './envelope.ts';
import { hasStartTls } from './hello.ts';
import { IDLE_MS } from './limits.ts';
import { closing, encodeReply, type Reply, reply } from './reply.ts';
import type { SmtpSession } from './session.ts';

const GO_AHEAD = reply(220, '2.0.0', 'Ready to start TLS');

/**
 * STARTTLS (RFC 3207 §4): the go-ahead, the handshake, and nothing remembered from before.
 * @param execute reads and executes one command, for faults that do so in the clear
 * @returns the reply where there is no upgrade
 */
export async function starttls(
  session: SmtpSession,
  argument: string,
  execute: () => Promise<unknown>,
): Promise<Reply | 'upgraded' | 'closed'> {
  const { site, connection } = session;
  if (connection.tls) {
    if (site.faulty('closes-on-second-upgrade')) return 'closed';
    return site.faulty('answers-second-upgrade') ? GO_AHEAD : reply(503, '5.5.1', 'TLS is already active');
  }
  if (!hasStartTls(session) || site.faulty('upgrade-refused')) {
    return reply(502, '5.5.1', 'Command not implemented');
  }
  if (argument !== '' && session.role === 'submission' && site.life.putsOffBeforeTls) return TLS_FIRST;
  if (argument !== '' && !site.faulty('smtp-starttls-takes-parameter')) {
    return site.faulty('smtp-starttls-parameter-wrong-code') || site.life.saysUnknownOutOfPlace
      ? reply(502, '5.5.1', 'Command not implemented')
      : reply(501, '5.5.4', 'STARTTLS takes no parameter');
  }
  if (site.life.closesOnPipelinedStarttls && connection.takeUnread().length > 0) {
    return closing(reply(554, '5.5.0', 'SMTP protocol synchronization error'));
  }
  const state = await upgrade(connection, {
    conduct: upgradeConduct(site, 'smtp'),
    context: site.certificate.context,
    asksForCertificate: session.role === 'mx' && site.faulty('mx-relays-for-any-client-certificate'),
    goAhead: encodeReply(GO_AHEAD),
    complaint: encodeReply(reply(454, '4.7.0', 'TLS not available due to a local problem')),
    idleMs: IDLE_MS,
    forget: () => forgetClear(session),
    execute,
  });
  return state === 'closed' ? 'closed' : 'upgraded';
}

function forgetClear(session: SmtpSession): void {
  const { site } = session;
  if (!site.faulty('smtp-keeps-login-across-tls')) session.account = undefined;
  session.anonymous = false;
  if (!site.faulty('smtp-keeps-envelope-across-tls')) session.transaction = undefined;
  if (site.faulty('smtp-keeps-hello-across-tls')) session.helloBeforeTls = session.hello?.name;
  else session.hello = undefined;
}
