import { CR, LF, line, NUL } from '../../wire/bytes.ts';
import { dotStuff } from '../../wire/dot-stuffing.ts';
import { believes, mailboxClient } from '../pop-before-smtp/asserted-address.ts';
import { AUTH_COMMAND_LIMIT } from '../sasl/limits.ts';
import type { ServerConnection } from '../session/connection.ts';
import { IdleTooLong } from '../session/endings.ts';
import { upgrade } from '../session/upgrade.ts';
import { upgradeConduct } from '../session/upgrade-conduct.ts';
import type { Site } from '../site.ts';
import { apopTimestamp } from './apop-timestamp.ts';
import { apop, auth, pass, user } from './authorization.ts';
import { capa } from './capabilities.ts';
import { maildropOver } from './maildrop.ts';
import {
  COMMAND_LIMIT,
  closing,
  ERROR_LIMIT,
  err,
  IDLE_MS,
  type Maildrop,
  ok,
  type Pop3Response,
  type Pop3Role,
  type Pop3Session,
} from './session.ts';
import { dele, list, retr, rset, stat, top, uidl, update } from './transaction.ts';

type Outcome = Pop3Response | 'upgraded' | 'closed';

/** Serves one POP3 connection to its end (RFC 1939, 2449, 2595, 5034). */
export async function servePop3(site: Site, role: Pop3Role, connection: ServerConnection): Promise<void> {
  const session: Pop3Session = {
    site,
    connection,
    role,
    timestamp: apopTimestamp(site, role),
    user: undefined,
    maildrop: undefined,
    isUtf8: false,
    assertedAddress: undefined,
    failedLogins: 0,
    errors: 0,
  };
  site.grants.connected(mailboxClient(session, 'pop3'));
  try {
    if (role === 'pop3s') await connection.startTls(site.certificate.context);
    await connection.pause(site.life.greetingDelayMs ?? 0);
    await connection.send(greeting(session));
    while (await executeNext(session)) {
      // The loop body is the condition.
    }
  } catch (failure) {
    const expired = failure instanceof IdleTooLong;
    if (session.maildrop && updatesWithoutQuit(site, expired)) update(session.maildrop);
    if (!expired) throw failure;
  } finally {
    session.maildrop?.release();
  }
}

function greeting({ site, timestamp }: Pop3Session): Buffer {
  const text = [site.hostname, 'ready', timestamp ?? ''].join(' ').trim();
  return site.faulty('pop3-greets-in-lower-case') ? line(`+ok ${text}`) : encode(ok(text));
}

/** Only QUIT leads to UPDATE (RFC 1939 §3, §6), but for faults. */
function updatesWithoutQuit(site: Site, expired: boolean): boolean {
  return site.faulty(expired ? 'pop3-short-autologout' : 'pop3-updates-without-quit');
}

/** How long a client may be silent; a fault cuts it to a minute (RFC 1939 §3: ten at least). */
function idleMs({ site }: Pop3Session): number {
  return (site.faulty('pop3-short-autologout') ? 60_000 : IDLE_MS) / site.timerSpeed;
}

function encode({ ok: positive, text, multiline }: Pop3Response, site?: Site): Buffer {
  const status = line(`${positive ? '+OK' : '-ERR'} ${text}`);
  if (!multiline) return status;
  const asItIs = site?.faulty('pop3-does-not-stuff') ?? false;
  return Buffer.concat([status, asItIs ? Buffer.concat([multiline, line('.')]) : dotStuff(multiline)]);
}

/** Reads and executes one command; false when it was the last one. */
async function executeNext(session: Pop3Session): Promise<boolean> {
  const { connection, site } = session;
  const input = await connection.readLine('a command', {
    limit: AUTH_COMMAND_LIMIT,
    withinMs: idleMs(session),
  });
  const outcome =
    input.kind === 'overlong' ? err('Command line too long') : await execute(session, input.bytes);
  if (outcome === 'closed') return false;
  if (outcome === 'upgraded') return true;
  if (!outcome.ok && ++session.errors >= (site.life.errorLimit ?? ERROR_LIMIT)) {
    await connection.send(encode(err('Too many errors, closing the connection', 'SYS/PERM')));
    return false;
  }
  await connection.send(encode(outcome, site));
  return !outcome.closes;
}

async function execute(session: Pop3Session, bytes: Buffer): Promise<Outcome> {
  if (bytes.includes(CR) || bytes.includes(LF) || bytes.includes(NUL)) {
    return err('Bare CR, bare LF and NUL are not allowed in a command');
  }
  const text = bytes.toString('utf8');
  const [word = ''] = text.split(' ', 1);
  const verb = word.toUpperCase();
  if (bytes.length > COMMAND_LIMIT && verb !== 'AUTH') return err('Command line too long');
  const argument = text.slice(word.length + 1);
  if (believes(session, text)) return ok('Noted');
  switch (verb) {
    case 'CAPA':
      return session.site.life.withoutCapa ? err('Unknown command') : capa(session);
    case 'QUIT':
      return quit(session);
    case 'USER':
      return user(session, argument.trim());
    case 'PASS':
      return pass(session, argument);
    case 'APOP':
      return apop(session, argument);
    case 'AUTH':
      if (session.site.life.closesOnPop3Auth && !session.connection.tls) return 'closed';
      return auth(session, argument.trim());
    case 'UTF8':
      return utf8(session);
    case 'STLS':
      return stls(session, argument);
    default:
      return executeInTransaction(session, verb, argument.trim());
  }
}

const IN_TRANSACTION: Readonly<Record<string, (maildrop: Maildrop, argument: string) => Pop3Response>> = {
  STAT: stat,
  LIST: list,
  UIDL: uidl,
  RETR: retr,
  TOP: top,
  DELE: dele,
  RSET: rset,
  NOOP: () => ok('Nothing done'),
};

function executeInTransaction(session: Pop3Session, verb: string, argument: string): Pop3Response {
  const command = IN_TRANSACTION[verb];
  if (!command) return err('Unknown command');
  const maildrop = session.maildrop ?? (verb === 'STAT' ? unguardedMaildrop(session) : undefined);
  return maildrop ? command(maildrop, argument) : err('Log in first');
}

/** Fault: the mailbox of the first account, for a client that did not log in. */
function unguardedMaildrop({ site, role, connection }: Pop3Session): Maildrop | undefined {
  const [account] = site.directory.accounts;
  if (!site.faulty(`${role}-serves-mailbox-without-login`) || !account || !connection.tls) return undefined;
  const mailbox = site.store.of(account.address).inbox;
  return maildropOver({ site, account, mailbox, messages: mailbox.messages, release: () => undefined });
}

/** QUIT (RFC 1939 §4, §6): the only way into the UPDATE state. */
function quit(session: Pop3Session): Pop3Response {
  const { site, maildrop } = session;
  if (maildrop) update(maildrop);
  const stuck = site.faulty('pop3-keeps-lock-after-deletion') && (maildrop?.deleted.size ?? 0) > 0;
  if (!stuck) maildrop?.release();
  session.maildrop = undefined;
  const goodbye = ok(`${site.hostname} closing the connection`);
  return site.faulty('pop3-stays-after-quit') ? goodbye : closing(goodbye);
}

/** UTF8 (RFC 6856 §2): before the login. */
function utf8(session: Pop3Session): Pop3Response {
  if (!session.site.life.wrapsForOldSessions) return err('Unknown command');
  if (session.maildrop) return err('Only before login');
  session.isUtf8 = true;
  return ok('UTF-8 it is');
}

/** STLS (RFC 2595 §4): in AUTHORIZATION only, and only once. */
async function stls(session: Pop3Session, argument: string): Promise<Outcome> {
  const { site, connection, maildrop } = session;
  const goAhead = ok('Begin TLS');
  if (argument.trim() !== '') return err('STLS takes no argument');
  if (maildrop && !site.faulty('upgrade-accepted-after-login')) return err('Only before login');
  if (connection.tls) {
    if (site.faulty('closes-on-second-upgrade')) return 'closed';
    const accepted = site.faulty('answers-second-upgrade') || maildrop;
    return accepted ? goAhead : err('TLS is already active');
  }
  if (!site.offers('pop3-stls')) return err('Unknown command');
  if (site.faulty('pop3-announces-stls-and-refuses')) return err('TLS not available', 'SYS/TEMP');
  const state = await upgrade(connection, {
    conduct: upgradeConduct(site, 'pop3'),
    context: site.certificate.context,
    goAhead: encode(goAhead),
    complaint: encode(err('TLS handshake failed', 'SYS/TEMP')),
    idleMs: IDLE_MS,
    forget() {
      if (!site.faulty('begun-login-survives-upgrade')) session.user = undefined;
    },
    execute: () => executeNext(session),
  });
  return state === 'closed' ? 'closed' : 'upgraded';
}
