import type { CheckDefinition, Connection, Services, Verify } from '../../harness/check/check.ts';
import { refusesInClear } from '../../harness/steps/clear-refusal.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';
import { handshakeOf, orEnd } from './upgrade-session.ts';

/** What the checks of the three protocols have in common. */
export const INJECTION_CHECK = {
  ...UPGRADE_CHECK,
  level: 'MUST',
  severity: 'critical',
  needs: ['raw-tls'],
  budget: '60s',
} as const satisfies Partial<CheckDefinition>;

/** How one protocol upgrades, and how it shows that something was executed. */
export interface UpgradeDialect {
  /** A connection on which the upgrade is offered and may be asked for. */
  open(): Promise<UpgradeSession>;
  /** Of octets nobody asked for, those that answer a command; the rest is the server's own business. */
  answersIn(octets: Buffer): Buffer;
}

export interface UpgradeSession {
  readonly connection: Connection;
  /** The upgrade command, terminated. */
  readonly upgrade: Buffer;
  /** Reads the answer to the upgrade command. */
  readGoAhead(): Promise<{ readonly positive: boolean; readonly line: string }>;
  /**
   * Sends one command of our own inside TLS and reads its answer; `asExpected`: as on an ordinary session.
   * @param trace what is looked for afterwards
   */
  ownCommand(trace?: string): Promise<{ readonly asExpected: boolean; readonly line: string }>;
  /** Sends any command inside TLS. */
  execute(command: string): Promise<{ readonly positive: boolean; readonly line: string }>;
}

/** When the injected octets travel. */
export type Timing = 'in one segment' | 'in a second segment' | 'after the go-ahead';

/** What is injected and when; `trace` is a command that succeeds inside TLS only where the injected one took effect. */
export type Injection = readonly [name: string, octets: Buffer, timing: Timing, trace?: string];

/** Pause between two segments, in milliseconds: long enough to be two, short enough to come before the answer. */
const SEGMENT_PAUSE = 20;

/** Tries each injection as a variant, after an upgrade with nothing injected. */
export async function judgeInjections(
  services: Services,
  dialect: UpgradeDialect,
  injections: readonly Injection[],
): Promise<void> {
  await benignTwin(services, dialect);
  for (const injection of injections) {
    const [name, , timing, trace] = injection;
    await services.variant(`${name} ${timing}`, async (verify) => {
      if (trace !== undefined) await benignTwin(services, dialect, trace);
      await injectionTrial(services, dialect, verify, injection);
    });
  }
}

/**
 * One upgrade with injected octets, judged by everything an execution can show: answers in the clear,
 * answers inside TLS, answers that come late, a line that is completed inside TLS, and traces in the
 * state of the session. Refusing the upgrade, before the go-ahead or in the clear after it, closing, and taking the
 * octets for TLS are all safe.
 */
async function injectionTrial(
  { role, target, pause, note }: Pick<Services, 'role' | 'target' | 'pause' | 'note'>,
  dialect: UpgradeDialect,
  verify: Verify,
  [, injected, timing, trace]: Injection,
): Promise<void> {
  const { quietMs } = target.timing;
  const session = await dialect.open();
  const { connection } = session;
  const safe = (outcome: string) => void verify.met('injected commands are not executed', outcome);

  if (timing === 'in one segment') connection.send(Buffer.concat([session.upgrade, injected]));
  else connection.send(session.upgrade);
  if (timing === 'in a second segment') {
    await pause(SEGMENT_PAUSE);
    connection.send(injected);
  }

  // Until the octets beyond the answer were watched, the end of the connection is an answer.
  const goAhead = await orEnd(connection, session.readGoAhead());
  if (goAhead === 'ended') return safe('the connection was closed');
  if (!goAhead.positive) return safe(`the upgrade was refused: ${goAhead.line}`);
  if (timing === 'after the go-ahead') connection.send(injected);

  const clear = await connection.watch(quietMs);
  if (refusesInClear(role, clear)) return safe(`no TLS came about: ${clear.toString('latin1')}`);
  if (isTlsAlert(clear)) return safe('the octets were taken for TLS and answered with an alert');
  verify.nothing(dialect.answersIn(clear), 'nothing is answered in the clear after the go-ahead');
  if (connection.ended) return safe('the connection was closed');

  const handshake = await handshakeOf(connection, target.hostname);
  if (handshake !== null) {
    note(handshake);
    return safe('the handshake failed: the octets were taken for TLS');
  }
  const inside = dialect.answersIn(await connection.watch(quietMs));
  verify.nothing(inside, 'nothing is answered inside TLS before a command was sent there');
  if (connection.ended) return safe('the connection was closed');

  const own = await orEnd(connection, session.ownCommand(trace));
  if (own === 'ended') return safe('the connection was closed');
  verify.that(own.asExpected, {
    demand: 'the first command inside TLS is answered as if nothing had been injected',
    expected: 'the ordinary answer',
    actual: own.line,
  });
  verify.nothing(dialect.answersIn(await connection.watch(quietMs)), 'no late answer follows inside TLS');
  if (trace !== undefined && !connection.ended) {
    const { positive, line } = await session.execute(trace);
    verify.that(!positive, {
      demand: 'the injected command left no trace',
      expected: 'a refusal',
      actual: line,
    });
  }
}

/**
 * The same upgrade with nothing injected: only where it goes through does a safe outcome of the
 * trials mean anything. Inconclusive where it does not; not applicable where the server grants to
 * everybody what the trace of the injection would be.
 */
async function benignTwin(
  { target, inconclusive, notApplicable }: Pick<Services, 'target' | 'inconclusive' | 'notApplicable'>,
  dialect: UpgradeDialect,
  trace?: string,
): Promise<void> {
  const fails = (why: string) =>
    inconclusive('precondition', `An upgrade with nothing injected does not go through: ${why}`);
  const session = await dialect.open();
  const { connection } = session;
  connection.send(session.upgrade);
  const goAhead = await session.readGoAhead();
  if (!goAhead.positive) fails(goAhead.line);
  const handshake = await handshakeOf(connection, target.hostname);
  if (handshake !== null) fails(handshake);
  const own = await session.ownCommand(trace);
  if (!own.asExpected) fails(own.line);
  const granted = trace === undefined ? undefined : await session.execute(trace);
  connection.close();
  if (granted?.positive)
    notApplicable('What the injection would bring about is granted without it.', granted.line);
}

/** A TLS record of the type alert, protocol version 3.x (RFC 8446 §5.1). */
function isTlsAlert(octets: Buffer): boolean {
  return octets[0] === 0x15 && octets[1] === 0x03;
}
