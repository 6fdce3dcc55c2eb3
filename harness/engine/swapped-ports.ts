import { randomBytes } from 'node:crypto';
import type { CheckDefinition } from '../check/define.ts';
import type { SmtpClient } from '../client/smtp.ts';
import { replyClass, type SmtpReply } from '../client/smtp-reply.ts';
import { createRecorder } from '../evidence/recorder.ts';
import { clientDomain } from '../lab/names.ts';
import type { VariantResult } from '../model/result.ts';
import { ROLES, type Role } from '../model/roles.ts';
import type { Bench, Sessions } from './bench.ts';
import type { BodyRun } from './run-body.ts';

/** Two ports of SMTP that the targets file has the wrong way round, and what showed it, in the check that looked. */
export interface SwappedPorts {
  readonly reason: string;
  readonly run: BodyRun | null;
}

type Swappable = 'mx' | 'submission';
const SWAPPABLE: readonly Role[] = ['mx', 'submission'] satisfies Swappable[];

/** What a role does for a stranger inside TLS, as far as TLS is offered. */
interface Conduct {
  readonly offersLogin: boolean;
  /** To MAIL, or to RCPT with a local mailbox: the first refusal, or the last reply. */
  readonly reply: SmtpReply;
}

/**
 * Looks, where a check found something on mx or submission, whether the two are declared the wrong way round: nothing
 * that servers of the same protocol greet with tells them apart. It is certain only where mx offers logins and refuses
 * strangers, while submission offers none and takes mail for a local mailbox from them, and neither has the port that
 * it should have. The first check that asks looks, on two connections one after the other; the others are told.
 */
export async function swappedPorts(
  bench: Bench,
  { roles }: Pick<CheckDefinition, 'roles'>,
  outcomes: readonly VariantResult[],
  nextConnection: () => number,
  started: bigint,
): Promise<SwappedPorts | null> {
  const isAccused = outcomes.some(({ verdict }) => verdict === 'fail' || verdict === 'warn');
  if (!isAccused || !roles.some((role) => SWAPPABLE.includes(role))) return null;
  return lookForSwappedPorts(bench, nextConnection, started);
}

/** The look itself, for who has no finding that would accuse the target. */
export async function lookForSwappedPorts(
  bench: Bench,
  nextConnection: () => number,
  started: bigint,
): Promise<SwappedPorts | null> {
  // Recipients are named, as in mail.
  if (!bench.target.permissions.includes('sends-mail') || bench.signal.aborted) return null;
  const known = bench.life.swappedPorts;
  if (known) {
    const found = await known;
    return found && { ...found, run: null };
  }
  const look = lookAtBoth(bench, nextConnection, started);
  bench.life.swappedPorts = look;
  return look;
}

/** What was found on ports that are declared wrongly is no finding. */
export function withoutFindings(outcome: VariantResult, { reason }: SwappedPorts): VariantResult {
  if (outcome.verdict !== 'fail' && outcome.verdict !== 'warn') return outcome;
  return {
    ...outcome,
    verdict: 'inconclusive',
    cause: 'precondition',
    reason,
    violations: [],
    deviations: [],
  };
}

async function lookAtBoth(
  bench: Bench,
  nextConnection: () => number,
  started: bigint,
): Promise<SwappedPorts | null> {
  const { target, lab } = bench;
  const portOf = (role: Swappable) => (lab?.access.endpoints ?? target.endpoints)[role]?.port;
  const [mxPort, submissionPort] = [portOf('mx'), portOf('submission')];
  if (mxPort === undefined || submissionPort === undefined) return null;
  if (mxPort === ROLES.mx.port || submissionPort === ROLES.submission.port) return null;
  const recorder = createRecorder(bench.redactor, started);
  recorder.event(0, { kind: 'note', text: 'are mx and submission declared the wrong way round?' });
  const release = await bench.slots.take(1);
  const sessions = bench.openSessions({
    target,
    role: 'mx',
    lab: lab?.access ?? null,
    helloName: `swapped-${randomBytes(4).toString('hex')}.${clientDomain(lab?.access)}`,
    recorder,
    nextConnection,
    limit: 1,
    signal: bench.signal,
  });
  try {
    const mailbox = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
    const submission = await conductOf(sessions, 'submission', mailbox);
    if (submission.offersLogin || replyClass(submission.reply) !== 2) return null;
    const mx = await conductOf(sessions, 'mx', mailbox);
    if (!mx.offersLogin || replyClass(mx.reply) !== 5) return null;
    const { events, redactions } = recorder;
    return {
      reason: recorder.clean(
        `mx is declared at port ${mxPort}, which asks strangers for a login (${mx.reply.text}), and submission at port ${submissionPort}, which offers no login and takes mail from strangers: the declaration (roles) has them the wrong way round.`,
      ),
      run: { role: 'mx', outcomes: [], events: [...events], redactions, labFailed: false },
    };
  } catch {
    // What breaks off here shows nothing, and the finding stays.
    return null;
  } finally {
    sessions.closeAll();
    release();
  }
}

async function conductOf(sessions: Sessions, role: Swappable, mailbox: string): Promise<Conduct> {
  const client = await sessions.smtp({ role, at: 'tls-where-offered' });
  const offersLogin = (client.capabilities?.mechanisms.length ?? 0) > 0;
  const reply = await replyToStranger(client, mailbox);
  await client.quit();
  client.connection.close();
  return { offersLogin, reply };
}

async function replyToStranger(client: SmtpClient, mailbox: string): Promise<SmtpReply> {
  const mail = await client.command('MAIL FROM:<>');
  return replyClass(mail) === 2 ? client.command(`RCPT TO:<${mailbox}>`) : mail;
}
