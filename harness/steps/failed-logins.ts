import type { Account, Answer, Connection, Services, Verify } from '../check/check.ts';
import { type Indication, median, steady } from './indication.ts';

/** Rounds of one failure for a known and one for an unknown user. */
const ROUNDS = { least: 2, most: 5 };
const IN_A_ROW = 10;
/** Rounds are cut short after this time: servers that slow down make them long, in milliseconds. */
const PATIENCE_MS = 40_000;
/** A failure that takes this long counts as slowed down, in milliseconds. */
const SLOW_MS = 500;
/** Differences below this are network and scheduling, in milliseconds. */
const TIMING_FLOOR = 50;

/** A connection inside TLS, and how its protocol logs in. */
export interface LoginAttempts {
  readonly connection: Connection;
  /** Logs in with a wrong password; the words of the server, and whether it took it. */
  indication(login: string, password: string): Promise<{ readonly words: string; readonly isTaken: boolean }>;
  /** The same, and the answer that decided, where an end of the connection and silence are answers too. */
  guess(login: string, password: string): Promise<Answer<unknown>>;
}

/**
 * Wrong passwords must be refused; known and unknown users must be refused in the same words and should be equally fast; guessing should be
 * slowed or limited. Costs one connection at a time, and may lock the account.
 * @throws Inconclusive where the account is not declared disposable
 */
export async function verifyFailedLogins(
  services: Services,
  verify: Verify,
  open: () => Promise<LoginAttempts>,
): Promise<void> {
  const { nonce } = services;
  const { login } = disposableAccount(services);
  const known: Attempt[] = [];
  const unknown: Attempt[] = [];
  const started = performance.now();
  for (let round = 1; round <= ROUNDS.most; round += 1) {
    // Times that overlap go on doing so, whatever a further round takes.
    const isDecided = round > ROUNDS.least && overlap(known, unknown);
    if (isDecided || performance.now() - started > PATIENCE_MS) break;
    known.push(await failure(open, login, `wrong-${nonce}-${round}`));
    unknown.push(await failure(open, nameLike(login, nonce), `wrong-${nonce}-${round}`));
    const taken = [...known, ...unknown].find(({ isTaken }) => isTaken);
    if (taken) {
      verify.missed('a wrong password is refused', { expected: 'a refusal', actual: taken.indication });
      return;
    }
  }
  verify.met('a wrong password is refused', `${known.length + unknown.length} times`);
  verify.equal(steady(unknown), steady(known), 'known and unknown users are refused alike');
  const apart = Math.abs(median(known) - median(unknown));
  const noticeable = apart > TIMING_FLOOR && apart > 0.3 * Math.min(median(known), median(unknown));
  verify.ideally.that(!noticeable || overlap(known, unknown), {
    demand: 'known and unknown users are refused equally fast',
    expected: `medians less than 30 % or ${TIMING_FLOOR} ms apart`,
    actual: `${Math.round(median(known))} and ${Math.round(median(unknown))} ms`,
  });
  const isSlow = median([...known, ...unknown]) >= SLOW_MS;
  const limit = isSlow ? 'every failure is slow' : await limitOf(await open(), login, nonce);
  const demand = `guessing is slowed or limited within ${IN_A_ROW} attempts`;
  if (limit !== undefined) verify.ideally.met(demand, limit);
  else
    verify.ideally.missed(demand, {
      expected: 'a delay, or the end of the connection',
      actual: `${IN_A_ROW} failures at full speed`,
    });
}

/** The first account, which the operator lets be locked. */
export function disposableAccount({ account, inconclusive }: Services): Account {
  if (!account().disposable) inconclusive('precondition', 'The account is not declared disposable.');
  return account();
}

/** An unknown user of the same form as the known one. */
function nameLike(login: string, nonce: string): string {
  const at = login.indexOf('@');
  return `nosuch-${nonce}${at < 0 ? '' : login.slice(at)}`;
}

/** What a wrong password drew. */
interface Attempt extends Indication {
  readonly isTaken: boolean;
}

/** One failure on a connection of its own. */
async function failure(
  open: () => Promise<LoginAttempts>,
  login: string,
  password: string,
): Promise<Attempt> {
  const attempts = await open();
  const started = performance.now();
  const { words, isTaken } = await attempts.indication(login, password);
  const ms = performance.now() - started;
  attempts.connection.close();
  return { indication: words.replaceAll(login, '<login>'), ms, isTaken };
}

/** Guesses on one connection until something limits it; undefined where nothing does. */
async function limitOf(attempts: LoginAttempts, login: string, nonce: string): Promise<string | undefined> {
  for (let attempt = 1; attempt <= IN_A_ROW; attempt += 1) {
    const started = performance.now();
    const { kind } = await attempts.guess(login, `wrong-${nonce}-${attempt}`);
    if (kind !== 'reply') return `${kind} after ${attempt - 1} failures`;
    const ms = performance.now() - started;
    if (ms >= SLOW_MS) return `failure ${attempt} takes ${Math.round(ms)} ms`;
  }
  return (await attempts.connection.untilEnd(SLOW_MS)) ? `closed after ${IN_A_ROW} failures` : undefined;
}

/** Some failure of one kind took as long as one of the other. */
function overlap(some: readonly Indication[], others: readonly Indication[]): boolean {
  const [a, b] = [some.map(({ ms }) => ms), others.map(({ ms }) => ms)];
  return Math.max(...a) >= Math.min(...b) && Math.max(...b) >= Math.min(...a);
}
