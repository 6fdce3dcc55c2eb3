import { familyOf } from '../../model/address-family.ts';
import { authOffer } from './auth-offer.ts';
import { SIZE_LIMIT } from './limits.ts';
import { isHelloName } from './path.ts';
import { bareReply, type Reply, reply } from './reply.ts';
import { isSubmission, type SmtpSession } from './session.ts';

/** EHLO (RFC 5321 §4.1.1.1): begins anew and lists the extensions. */
export function ehlo(session: SmtpSession, argument: string): Reply {
  if (session.hello && session.site.life.greetsOnce) return reply(503, '5.5.1', 'Already identified');
  const name = argument.trim();
  const taken = isHelloName(name) || session.site.faulty('smtp-takes-hello-names-with-lf');
  if (!taken) return reply(501, '5.5.4', 'Syntax: EHLO domain or address literal');
  const [first = '', ...broken] = name.split(/[\r\n]/);
  session.hello = { name: first, extended: true, broken };
  if (!session.site.faulty('smtp-keeps-envelope-across-tls')) session.transaction = undefined;
  return bareReply(250, session.site.hostname, ...extensions(session));
}

/** HELO (RFC 5321 §4.1.1.1): one line, no extensions. */
export function helo(session: SmtpSession, argument: string): Reply {
  const name = argument.trim();
  if (!isHelloName(name)) return reply(501, '5.5.4', 'Syntax: HELO domain or address literal');
  session.hello = { name, extended: false };
  session.transaction = undefined;
  const listed = session.site.faulty('smtp-answers-helo-with-extensions') ? extensions(session) : [];
  return bareReply(250, session.site.hostname, ...listed);
}

function extensions(session: SmtpSession): string[] {
  const { site } = session;
  const poor = isSubmission(session) && site.faulty('submission-omits-extensions');
  const listed: string[] = [`SIZE ${SIZE_LIMIT}`];
  if (!poor) {
    if (site.offers('pipelining'))
      listed.push(site.faulty('smtp-lists-pipelining-with-parameter') ? 'PIPELINING YES' : 'PIPELINING');
    listed.push(
      ...(site.faulty('smtp-lists-smtputf8-alone') ? [] : ['8BITMIME']),
      'ENHANCEDSTATUSCODES',
      'DSN',
      site.faulty('smtp-lists-binarymime-alone') ? 'BINARYMIME' : 'CHUNKING',
    );
    if (site.offers('smtputf8')) listed.push('SMTPUTF8');
  }
  if (listsStartTls(session)) listed.push('STARTTLS');
  const mechanisms = authOffer(session).listed;
  if (mechanisms.length > 0) listed.push(`AUTH ${mechanisms.join(' ')}`);
  if (isSubmission(session) && site.faulty('submission-offers-etrn')) listed.push('ETRN');
  return listed;
}

function listsStartTls(session: SmtpSession): boolean {
  const { site, role, connection } = session;
  if (connection.tls) return site.faulty('smtp-offers-starttls-inside-tls');
  if (!hasStartTls(session)) return false;
  if (role !== 'mx') return true;
  const omitted = familyOf(connection.clientAddress) === 'IPv6' && site.faulty('mx-omits-starttls-over-ipv6');
  return !omitted && !site.faulty('mx-omits-starttls');
}

/** STARTTLS works here, listed or not. */
export function hasStartTls({ site, role }: SmtpSession): boolean {
  return site.offers('smtp-starttls') && !(role === 'submission' && site.faulty('submission-without-tls'));
}
