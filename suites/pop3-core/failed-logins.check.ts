import { check, type Services } from '../../harness/check/check.ts';
import { median, steady } from '../../harness/steps/indication.ts';
import { openPop3 as loggedIn } from '../../harness/steps/pop3-login.ts';
import { MAILDROP } from './own-mail.ts';

const ROUNDS = 5;
const IN_A_ROW = 10;
/** Rounds are cut short behind this time: servers that slow down make them long, in milliseconds. */
const PATIENCE_MS = 40_000;
/** A failure that takes this long counts as slowed down, in milliseconds. */
const SLOW_MS = 500;
/** Differences below this are network and scheduling, in milliseconds. */
const TIMING_FLOOR = 50;
/** Octets of a command, CRLF included, that every server takes (RFC 2449 §4). */
const COMMAND_OCTETS = 255;

/** What a failed login drew. */
interface Failure {
  readonly indication: string;
  readonly ms: number;
}

export const failedLoginsTellNothing = check(
  {
    id: 'POP3-011',
    slug: 'failed-logins-tell-nothing',
    title: 'Failed logins reveal nothing and are limited; long commands and pipelining are handled',
    sends:
      'a command of 255 octets and one of 10000; a login in one segment where PIPELINING is listed; wrong passwords for a known and an unknown user, and ten in a row',
    demands:
      'known and unknown users are refused alike, guessing is slowed, and commands are answered in order',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc1939#13', 'rfc2449#4', 'rfc2449#6.6', 'rfc2449#8.1.1', 'rfc3206#5'],
    roles: ['pop3', 'pop3s'],
    needs: ['account'],
    effect: 'disturbs',
    safety: 'intrusive',
    budget: '150s',
    resources: [MAILDROP],
    limits: ['May lock the account or ban the address of the audit; runs last.'],
    kills: ['pop3-reveals-unknown-user', 'auth-never-slows-down'],
  },
  async (services) => {
    const { account, inconclusive, variant } = services;
    if (!account().disposable) inconclusive('precondition', 'The account is not declared disposable.');
    // The right password must work, or a refusal of wrong ones says nothing.
    await (await loggedIn(services)).quit();
    await variant('long commands', async (verify) => {
      const { pop3, bytes } = services;
      const client = await pop3({ at: 'tls' });
      const padding = COMMAND_OCTETS - bytes.line('USER ').length;
      verify.answer(
        await client.attempt(`USER ${'x'.repeat(padding)}`),
        'a command of 255 octets is answered',
        {
          statuses: ['+OK', '-ERR'],
        },
      );
      client.connection.close();
      const other = await pop3({ at: 'tls' });
      verify.ideally.answer(
        await other.attempt(`USER ${'x'.repeat(9_993)}`),
        'a command of 10000 octets is refused',
        {
          statuses: ['-ERR'],
          closed: true,
        },
      );
    });
    await variant('pipelining', (verify) => pipelined(services, verify));
    await variant('known and unknown users', (verify) => compare(services, verify));
  },
);

async function pipelined(services: Services, verify: Services['verify']): Promise<void> {
  const { pop3, bytes, account, notApplicable } = services;
  const { login, password } = account();
  const client = await pop3({ at: 'tls' });
  const { capabilities } = await client.capa();
  if (!capabilities?.has('PIPELINING'))
    notApplicable('PIPELINING is not offered.', `CAPA lists ${[...(capabilities?.keys() ?? [])].join(' ')}`);
  if (!capabilities?.has('USER')) notApplicable('USER is not offered.', 'CAPA does not list USER');
  client.raw(bytes.lines(`USER ${login}`, `PASS ${password}`, 'STAT', 'LIST', 'QUIT'), [
    Buffer.from(password),
  ]);
  const forms = { USER: /^\+OK/, PASS: /^\+OK/, STAT: /^\+OK \d+ \d+/, LIST: /^\+OK/, QUIT: /^\+OK/ };
  for (const [command, form] of Object.entries(forms)) {
    const reply = await client.reply(`the reply to ${command}`);
    const held = verify.ideally.that(form.test(reply.line), {
      demand: `${command}, the next of five commands in one segment, is answered in its turn`,
      expected: String(form),
      actual: reply.line,
    });
    if (!held) return;
    if (command === 'LIST') await client.multiline(reply, 'the lines of LIST');
  }
}

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
async function fail({ pop3, nonce }: Services, login: string, round: number): Promise<Failure> {
  const client = await pop3({ at: 'tls' });
  const started = performance.now();
  const user = await client.command(`USER ${login}`);
  const replies = [user.line];
  if (user.status === '+OK') {
    const pass = await client.attempt(`PASS wrong-${nonce}-${round}`);
    replies.push(pass.kind === 'reply' ? pass.reply.line : pass.kind);
  }
  const ms = performance.now() - started;
  client.connection.close();
  return { indication: replies.map((line) => line.replaceAll(login, '<login>')).join(' / '), ms };
}

/** Guesses on one connection until something limits it; null when nothing does. */
async function guess({ pop3, account, nonce }: Services): Promise<string | null> {
  const client = await pop3({ at: 'tls' });
  const { login } = account();
  for (let attempt = 1; attempt <= IN_A_ROW; attempt += 1) {
    const started = performance.now();
    const user = await client.attempt(`USER ${login}`);
    const pass = user.kind === 'reply' ? await client.attempt(`PASS wrong-${nonce}-${attempt}`) : user;
    if (pass.kind !== 'reply') return `${pass.kind} behind ${attempt - 1} failures`;
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
