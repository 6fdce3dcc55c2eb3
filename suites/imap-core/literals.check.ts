import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { accountLogsIn } from '../../harness/steps/controls/account-logs-in.ts';
import { beforeLogin, demandNonSynchronising, listOf } from './before-login.ts';

/** Sizes that no login has: at the edge of 32 bits, below zero, beyond 64 bits. */
const ABSURD = ['4294967295', '-1', '99999999999999999999'];
/** A refusal, or the end of the connection. */
const REFUSED = { statuses: ['NO', 'BAD'], closed: true } as const;

export const literalsAreCounted = check(
  {
    id: 'IMAP-006',
    slug: 'literals-are-counted',
    title: 'Literals: counts are honoured, limits enforced, no commands injected through literals',
    sends:
      'LOGIN with literals; a refused command whose non-synchronising literal holds a command; literals of absurd size',
    demands: 'octets of a literal are never executed, and absurd sizes are refused before the data',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc9051#4.3',
      'rfc9051#2.2.1',
      'rfc7888#3',
      'rfc7888#4',
      'rfc7888#5',
      'rfc3501#2.2.1',
      'rfc3501#4.3',
      'rfc3501#9',
    ],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    buildsOn: [accountLogsIn],
    effect: 'reads',
    safety: 'intrusive',
    budget: '60s',
    limits: ['Of a literal that a server wrongly agrees to take, nothing is sent.'],
    kills: ['imap-executes-refused-literal'],
  },
  async (services) => {
    const { variant, account, notApplicable } = services;
    const { login, password } = account();
    const secrets = [Buffer.from(password)];
    for (const synchronising of [true, false]) {
      await variant(`LOGIN with ${synchronising ? '' : 'non-'}synchronising literals`, async (verify) => {
        const client = await beforeLogin(services);
        if (!synchronising) demandNonSynchronising(services, client);
        const literal = (text: string) => ({ bytes: Buffer.from(text), synchronising });
        const reply = await client.command(['LOGIN ', literal(login), ' ', literal(password)], { secrets });
        verify.reply(reply, 'literals are taken as arguments of LOGIN').status('OK');
        verify.ideally.that(!(client.capabilities?.has('LITERAL+') && client.capabilities.has('LITERAL-')), {
          demand: 'only one of LITERAL+ and LITERAL- is listed',
          expected: 'one of them',
          actual: listOf(client),
        });
      });
    }
    for (const verb of ['BOGUS', 'APPEND INBOX']) {
      await variant(`a command in the literal of ${verb}`, (verify) => injected(services, verify, verb));
    }
    for (const size of ABSURD) {
      await variant(`a literal of ${size} octets`, async (verify) => {
        const client = await beforeLogin(services);
        const answer = await client.attempt(`LOGIN {${size}}`);
        verify.answer(answer, 'the literal is refused before its data', REFUSED);
      });
    }
    await variant('a literal of 100 MB before the login', async (verify) => {
      const client = await beforeLogin(services);
      const answer = await client.attempt('LOGIN {104857600}');
      verify.ideally.answer(answer, 'the literal is refused before its data', REFUSED);
    });
    await variant('a non-synchronising literal over 4096 octets', async (verify) => {
      const client = await beforeLogin(services);
      const capabilities = client.capabilities;
      if (!capabilities?.has('LITERAL-') || capabilities.has('LITERAL+'))
        notApplicable('The limit of LITERAL- is not offered.', listOf(client));
      const answer = await client.attempt([
        'LOGIN ',
        { bytes: Buffer.alloc(5_000, 'x'), synchronising: false },
        ' x',
      ]);
      verify.answer(answer, 'the literal is refused', REFUSED);
    });
    await variant('the server lives', async (verify) => {
      verify
        .reply(await (await beforeLogin(services)).command('NOOP'), 'NOOP on a new connection works')
        .status('OK');
    });
  },
);

/** A command with a tag of its own inside the literal of a command that is refused. */
async function injected(services: Services, verify: Verify, verb: string): Promise<void> {
  const { bytes } = services;
  const client = await beforeLogin(services);
  demandNonSynchronising(services, client);
  const hidden = bytes.line('x1 LOGOUT');
  client.raw(
    Buffer.concat([bytes.line(`a1 ${verb} {${hidden.length}+}`), hidden, bytes.CRLF, bytes.line('a2 NOOP')]),
  );
  const seen: string[] = [];
  for (;;) {
    const response = await client
      .next('the reply to NOOP after a refused literal')
      .catch((failure: unknown) => {
        // A server may end the connection instead of swallowing a literal (RFC 7888 §4).
        if (client.connection.ended) return undefined;
        throw failure;
      });
    if (!response) break;
    seen.push(response.line);
    if (response.kind === 'tagged' && (response.tag === 'a2' || response.tag === 'x1')) break;
  }
  verify.that(!seen.some((line) => line.startsWith('x1 ')), {
    demand: 'the octets of a literal are not executed as a command',
    expected: 'no reply to x1',
    actual: seen.join(' / ') || 'the end of the connection',
  });
}
