import { check, type Services } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { median, steady } from '../../harness/steps/indication.ts';

const ROUNDS = 5;
const IN_A_ROW = 10;
/** Rounds are cut short behind this time: servers that slow down make them long, in milliseconds. */
const PATIENCE_MS = 40_000;
/** A failure that takes this long counts as slowed down, in milliseconds. */
const SLOW_MS = 500;
/** Differences below this are network and scheduling, in milliseconds. */
const TIMING_FLOOR = 50;

/** What a failed login drew. */
interface Failure {
  readonly indication: string;
  readonly ms: number;
}

export const failedLoginsTellNothing = check(
  {
    id: 'IMAP-007',
    slug: 'failed-logins-tell-nothing',
    title: 'Login failures do not say which part was wrong and are slowed',
    sends: 'wrong passwords for a known and an unknown user in turn, and ten in a row',
    demands: 'both are refused alike, and guessing is slowed',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc9051#11.7', 'rfc3501#11.2'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'disturbs',
    safety: 'intrusive',
    budget: '150s',
    limits: ['May lock the account or ban the address of the audit; runs last.'],
    kills: ['imap-reveals-unknown-user', 'auth-never-slows-down'],
  },
  async (services) => {
    const { account, inconclusive, verify } = services;
    if (!account().disposable) inconclusive('precondition', 'The account is not declared disposable.');
    // The right password must work, or a refusal of wrong ones says nothing.
    await (await openImap(services)).logout();
    await compare(services, verify);
  },
);

async function compare(services: Services, verify: Services['verify']): Promise<void> {
  const { account, nonce } = services;
  const known: Failure[] = [];
  const unknown: Failure[] = [];
  const started = performance.now();
  for (let round = 1; round <= ROUNDS && performance.now() - started < PATIENCE_MS; round += 1) {
    known.push(await fail(services, account().login, round));
    unknown.push(await fail(services, nameLike(account().login, nonce), round));
  }
  verify.that(steady(known) === steady(unknown), {
    demand: 'known and unknown users are refused alike',
    expected: steady(known),
    actual: steady(unknown),
  });
  const apart = Math.abs(median(known) - median(unknown));
  const noticeable = apart > TIMING_FLOOR && apart > 0.3 * Math.min(median(known), median(unknown));
  verify.ideally.that(!noticeable || overlap(known, unknown), {
    demand: 'known and unknown users are refused equally fast',
    expected: `medians less than 30 % or ${TIMING_FLOOR} ms apart`,
    actual: `${Math.round(median(known))} and ${Math.round(median(unknown))} ms`,
  });
  const limit = median([...known, ...unknown]) >= SLOW_MS ? 'every failure is slow' : await guess(services);
  verify.ideally.that(limit !== null, {
    demand: `guessing is slowed or limited within ${IN_A_ROW} attempts`,
    expected: 'a delay, or the end of the connection',
    actual: limit ?? `${IN_A_ROW} failures at full speed`,
  });
}

/** An unknown user of the same form as the known one. */
function nameLike(login: string, nonce: string): string {
  const at = login.indexOf('@');
  return `nosuch-${nonce}${at < 0 ? '' : login.slice(at)}`;
}

/** One failure on a connection of its own. */
async function fail({ imap, nonce }: Services, login: string, round: number): Promise<Failure> {
  const client = await imap({ at: 'tls' });
  const started = performance.now();
  const reply = await client.login(login, `wrong-${nonce}-${round}`);
  const ms = performance.now() - started;
  client.connection.close();
  const line = reply.line.slice(reply.line.indexOf(' ') + 1);
  return { indication: line.replaceAll(login, '<login>'), ms };
}

/** Guesses on one connection until something limits it; null when nothing does. */
async function guess({ imap, account, nonce }: Services): Promise<string | null> {
  const client = await imap({ at: 'tls' });
  const { login } = account();
  for (let attempt = 1; attempt <= IN_A_ROW; attempt += 1) {
    const started = performance.now();
    const answer = await client.attempt(`LOGIN "${login}" "wrong-${nonce}-${attempt}"`);
    if (answer.kind !== 'reply') return `${answer.kind} behind ${attempt - 1} failures`;
    const ms = performance.now() - started;
    if (ms >= SLOW_MS) return `failure ${attempt} takes ${Math.round(ms)} ms`;
  }
  return (await client.connection.untilEnd(SLOW_MS)) ? `closed behind ${IN_A_ROW} failures` : null;
}

/** Some failure of one kind took as long as one of the other. */
function overlap(some: readonly Failure[], others: readonly Failure[]): boolean {
  const [a, b] = [some.map(({ ms }) => ms), others.map(({ ms }) => ms)];
  return Math.max(...a) >= Math.min(...b) && Math.max(...b) >= Math.min(...a);
}
