import { type Account, check, type Services, TIMING } from '../../harness/check/check.ts';
import { deviation, type Indication, median, steady } from '../../harness/steps/indication.ts';
import { lineOf } from '../../harness/steps/replies.ts';

const ROUNDS = 3;
/** Differences below this are network and scheduling, in milliseconds. */
const TIMING_FLOOR = 50;

/** What one login attempt in the clear drew: replies and, at the end, whether the server closed. */
interface Observation extends Indication {
  readonly accepted: boolean;
}

export const refusalsLookAlike = check(
  {
    id: 'PTA-013',
    slug: 'cleartext-refusals-look-alike',
    title: 'Cleartext refusal gives the same indication for valid and invalid credentials',
    sends: 'wrong and right credentials without TLS, three interleaved rounds',
    demands: 'code, text and what happens to the connection are the same for both',
    level: 'MUST',
    severity: 'high',
    asStranger: true,
    clauses: ['rfc8314#4.1'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    needs: ['account'],
    effect: 'fails-logins',
    resources: [TIMING],
    safety: 'intrusive',
    budget: '40s',
    limits: [
      'Timing is compared over three rounds: a difference counts when it exceeds 50 ms and three standard deviations.',
    ],
    kills: [
      'pop3-refuses-right-password-differently',
      'imap-refuses-right-password-differently',
      'smtp-evaluates-password-before-tls',
    ],
  },
  async (services) => {
    const { cleartextAccount, nonce, role, verify, inconclusive, notApplicable } = services;
    const account = cleartextAccount();
    if (!account) return inconclusive('precondition', 'No account permits its right password in the clear.');
    const wrong: Observation[] = [];
    const right: Observation[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      wrong.push(await observe(services, { ...account, password: `wrong-${nonce}` }));
      right.push(await observe(services, account));
    }
    if (right.some((observation) => observation.accepted)) {
      notApplicable(
        'The login is accepted in the clear, which other checks report.',
        `${role} accepted the right password`,
      );
    }
    verify.equal(steady(right), steady(wrong), 'right and wrong credentials are refused alike in the clear');
    const difference = Math.abs(median(wrong) - median(right));
    verify.ideally.that(difference < TIMING_FLOOR || difference < 3 * deviation([...wrong, ...right]), {
      demand: 'right and wrong credentials are refused equally fast',
      expected: `less than ${TIMING_FLOOR} ms or three standard deviations apart`,
      actual: `${Math.round(difference)} ms apart`,
    });
  },
);

async function observe(
  services: Services,
  account: Pick<Account, 'login' | 'password'>,
): Promise<Observation> {
  const { role, smtp, pop3, imap, bytes, ownDelay } = services;
  const started = performance.now();
  const delayed = ownDelay();
  const done = (accepted: boolean, indication: string): Observation => ({
    accepted,
    indication,
    ms: performance.now() - started - (ownDelay() - delayed),
  });
  switch (role) {
    case 'pop3': {
      const client = await pop3();
      const user = await client.command(`USER ${account.login}`);
      const replies = [user.line];
      let accepted = false;
      if (user.status === '+OK') {
        const pass = await client.attempt(`PASS ${account.password}`, {
          secrets: [Buffer.from(account.password)],
        });
        replies.push(pass.kind === 'reply' ? pass.reply.line : pass.kind);
        accepted = pass.kind === 'reply' && pass.reply.status === '+OK';
      }
      client.connection.close();
      return done(accepted, replies.join(' / '));
    }
    case 'imap': {
      const client = await imap();
      const reply = await client.login(account.login, account.password);
      client.connection.close();
      return done(reply.status === 'OK', reply.line.slice(reply.line.indexOf(' ') + 1));
    }
    default: {
      const client = await smtp({ at: 'ready' });
      const answer = await client.attempt(
        `AUTH PLAIN ${bytes.base64(`\0${account.login}\0${account.password}`)}`,
      );
      client.connection.close();
      if (answer.kind !== 'reply') return done(false, answer.kind);
      return done(answer.reply.code === 235, lineOf(answer.reply));
    }
  }
}
