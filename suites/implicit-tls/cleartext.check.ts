import { type Connection, check, ROLES, type Services } from '../../harness/check/check.ts';
import { announcement } from '../../harness/steps/announcement.ts';
import { answersInClear, clearLine, harmlessCommand, isAnswer } from './clear-speech.ts';

/** How long an answer to a command in the clear is awaited at most, in milliseconds. */
const PATIENCE = 8_000;

export const implicitPortsNeverSpeakCleartext = check(
  {
    id: 'ITLS-004',
    slug: 'implicit-ports-never-speak-cleartext',
    title: 'Implicit-TLS ports never speak cleartext and reject in-band upgrades',
    sends: 'nothing; then a command in the clear; then, inside TLS, the capability and the upgrade command',
    demands: 'no octet of the protocol in the clear; no upgrade inside TLS',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9051#6.2.1', 'rfc3207#4.2', 'rfc8314#3', 'rfc8314#3.1', 'rfc8314#3.2', 'rfc8314#3.3'],
    roles: ['submissions', 'pop3s', 'imaps'],
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '40s',
    kills: [
      'submissions-speaks-cleartext',
      'imaps-speaks-cleartext',
      'pop3s-speaks-cleartext',
      'answers-second-upgrade',
      'smtp-offers-starttls-inside-tls',
      'imap-offers-starttls-inside-tls',
      'pop3-offers-stls-inside-tls',
    ],
  },
  async (services) => {
    const { connect, variant, target, role, inconclusive } = services;

    await variant('silent client', async (verify) => {
      const connection = await connect();
      const octets = await connection.watch(target.timing.quietMs);
      await judgeClear(verify, connection, octets, 'the server waits for a ClientHello');
    });

    await variant('command in the clear', async (verify) => {
      const connection = await connect();
      connection.send(harmlessCommand(services, role));
      const octets = await connection.watch(Math.min(target.timing.replyMs, PATIENCE));
      await judgeClear(verify, connection, octets, 'a command in the clear is not answered');
    });

    await variant('upgrade inside TLS', async (verify) => {
      const { connection, keywords, refusal, upgrade, askForTls } = await announcement(services, {
        at: 'tls',
      });
      // CAPA is optional (RFC 2449 §5), CAPABILITY is not.
      if (refusal !== undefined && role === 'imaps')
        inconclusive('precondition', `CAPABILITY is refused: ${refusal}`);
      const answer = await orEnd(connection, askForTls());
      verify.that(!answer?.positive, {
        demand: 'the upgrade command is refused inside TLS',
        expected: 'a negative reply or the end of the connection',
        actual: answer?.line ?? 'the end of the connection',
      });
      verify.ideally.that(!keywords.includes(upgrade), {
        demand: 'no upgrade is offered inside TLS',
        expected: 'no upgrade keyword',
        actual: keywords.join(' '),
      });
    });

    async function judgeClear(
      verify: Services['verify'],
      connection: Connection,
      octets: Buffer,
      demand: string,
    ): Promise<void> {
      const line = clearLine(services, role, octets);
      const isAlert = octets[0] === services.tls.RECORD.alert;
      // A TLS alert is a good answer; other octets could be anything.
      if (line === undefined && !isAlert && octets.length > 0)
        inconclusive(
          'malformed',
          `${role} sent ${octets.length} octets of neither TLS nor ${ROLES[role].protocol}.`,
        );
      // What greets and goes is a broken machine.
      if (line !== undefined && !isAnswer(role, line) && !(await answersInClear(services, role, connection)))
        inconclusive('closed', `${role} greets in the clear and answers nothing: ${line}`);
      verify.that(line === undefined, {
        demand,
        expected: 'no octet in the clear, or a TLS alert',
        actual: line ?? (isAlert ? 'a TLS alert' : 'nothing'),
      });
    }
  },
);

async function orEnd<Reply>(
  connection: { readonly ended: unknown },
  asking: Promise<Reply>,
): Promise<Reply | undefined> {
  try {
    return await asking;
  } catch (failure) {
    if (connection.ended) return undefined;
    throw failure;
  }
}
