import { areCredentials, challengesFor, decodeResponse } from './authentication.ts';
import type { AuthenticationAttempt, SmtpCommand } from './capture.ts';
import { type SmtpStage, writeReply } from './rules.ts';
import {
  extension,
  extensionsOf,
  hideRecorded,
  reply,
  respond,
  ruleFor,
  type Session,
  type Step,
  shakeHands,
} from './session.ts';
import { bdat, data, emptyTransaction, mail, rcpt, type Transaction } from './transaction.ts';

type Handler = (session: Session, transaction: Transaction, command: SmtpCommand) => Promise<Step>;

/** Talks to one client until the connection is over. */
export async function converse(session: Session): Promise<void> {
  const { connection, settings } = session;
  if (settings.tls?.mode === 'implicit') {
    connection.expectHandshake();
    if ((await shakeHands(session)) === 'over') return;
  }
  const greeting = writeReply(220, [`${settings.hostname} ESMTP`]);
  if ((await respond(session, greeting, ruleFor(session, 'greeting'))).step === 'over') return;
  const transaction = emptyTransaction();
  for (;;) if ((await nextCommand(session, transaction)) === 'over') return;
}

async function nextCommand(session: Session, transaction: Transaction): Promise<Step> {
  const { connection, record } = session;
  const line = await connection.input.readLine();
  if (line === null) return 'over';
  const bytes = hideRecorded(session, line.bytes);
  const text = line.content.toString('utf8');
  const verb = /^[^ \t]*/.exec(text)?.[0].toUpperCase() ?? '';
  const argument = text.slice(verb.length).trim();
  const command: SmtpCommand = { verb, argument, channel: connection.channel, code: null };
  if (verb === 'AUTH') command.argument = argument.split(/[ \t]/)[0] ?? '';
  record.commands.push(command);

  if (line.ending !== 'crlf') {
    const how = line.ending === 'lf' ? 'ended with a bare LF' : 'was cut off';
    record.anomalies.push(`the command line ${JSON.stringify(bytes.toString('latin1'))} ${how}`);
    // RFC 5321 2.3.8: a line ends with CRLF and with nothing else.
    const bareLf = writeReply(500, ['5.5.2 Bare LF does not end a line']);
    return (await respond(session, bareLf, ruleFor(session, 'other'), command)).step;
  }
  if (verb === 'AUTH') return authenticate(session, transaction, command, argument);
  const handler = handlers.get(verb);
  return handler === undefined
    ? simple('other', reply.unknownCommand)(session, transaction, command)
    : handler(session, transaction, command);
}

const simple =
  (stage: SmtpStage, ordinary = reply.ok): Handler =>
  async (session, _transaction, command) =>
    (await respond(session, ordinary, ruleFor(session, stage, [command.argument]), command)).step;

const ehlo: Handler = async (session, transaction, command) => {
  const lines = [session.settings.hostname, ...extensionsOf(session)];
  return hello('EHLO', session, transaction, command, writeReply(250, lines));
};

const helo: Handler = async (session, transaction, command) =>
  hello('HELO', session, transaction, command, writeReply(250, [session.settings.hostname]));

async function hello(
  stage: 'EHLO' | 'HELO',
  session: Session,
  transaction: Transaction,
  command: SmtpCommand,
  ordinary: ReturnType<typeof writeReply>,
): Promise<Step> {
  const { record, connection } = session;
  (connection.channel === 'tls' ? record.helloTls : record.helloPlain).push(command.argument);
  const rule = ruleFor(session, stage, [command.argument]);
  const { step, code } = await respond(
    session,
    command.argument === '' ? reply.badSyntax : ordinary,
    rule,
    command,
  );
  // RFC 5321 4.1.4: it resets like RSET. A client that goes on without an answer is served, to be watched.
  if (code === 250 || rule?.reply?.bytes === null) {
    session.hello = command.argument;
    Object.assign(transaction, emptyTransaction());
  }
  return step;
}

const starttls: Handler = async (session, transaction, command) => {
  const { connection } = session;
  const isOffered = extension(session, 'STARTTLS') !== undefined && session.tlsOptions !== undefined;
  const ordinary = !isOffered
    ? reply.notImplemented
    : command.argument === ''
      ? writeReply(220, ['2.0.0 Ready to start TLS'])
      : reply.badSyntax;
  const rule = ruleFor(session, 'STARTTLS', [command.argument]);
  const goesAhead = (rule?.reply ?? ordinary).code === 220 && rule?.afterwards === undefined;
  if (goesAhead) connection.expectHandshake();
  const { step } = await respond(session, ordinary, rule, command);
  if (step === 'over' || !goesAhead) return step;
  Object.assign(transaction, emptyTransaction());
  return shakeHands(session);
};

const rset: Handler = async (session, transaction, command) => {
  Object.assign(transaction, emptyTransaction());
  return simple('RSET')(session, transaction, command);
};

const quit: Handler = async (session, _transaction, command) => {
  const { connection } = session;
  const rule = ruleFor(session, 'QUIT');
  const { step, code } = await respond(session, writeReply(221, ['2.0.0 Bye']), rule, command);
  if (step === 'over' || code !== 221) return step;
  connection.end();
  await connection.gone;
  return 'over';
};

const chunking: Handler = (session, transaction, command) =>
  extension(session, 'CHUNKING') === undefined
    ? simple('BDAT', reply.notImplemented)(session, transaction, command)
    : bdat(session, transaction, command);

const handlers = new Map<string, Handler>([
  ['EHLO', ehlo],
  ['HELO', helo],
  ['STARTTLS', starttls],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', data],
  ['BDAT', chunking],
  ['RSET', rset],
  ['NOOP', simple('NOOP')],
  ['VRFY', simple('VRFY', writeReply(252, ['2.5.2 Cannot verify, will accept']))],
  ['HELP', simple('other', writeReply(214, ['2.0.0 See RFC 5321']))],
  ['QUIT', quit],
]);

/** AUTH with every mechanism that is tried, listed or not; who is listed is welcome with any secret. */
async function authenticate(
  session: Session,
  transaction: Transaction,
  command: SmtpCommand,
  fullArgument: string,
): Promise<Step> {
  const { connection, record, settings } = session;
  const [, initial] = fullArgument.split(/[ \t]+/);
  const mechanism = command.argument.toUpperCase();
  const attempt: AuthenticationAttempt = {
    mechanism,
    channel: connection.channel,
    initialResponse: initial !== undefined,
    responseOctets: [],
    responses: settings.keepCredentials ? [] : null,
    code: null,
  };
  record.authentications.push(attempt);
  const given: Buffer[] = [];
  const note = (content: Buffer): boolean => {
    const decoded = decodeResponse({ content });
    given.push(Buffer.from(decoded ?? content));
    attempt.responseOctets.push((decoded ?? content).length);
    attempt.responses?.push(Buffer.from(decoded ?? content));
    return decoded !== undefined;
  };
  let wellFormed = initial === undefined || note(Buffer.from(initial, 'latin1'));

  const listed = extension(session, 'AUTH')?.map((word) => word.toUpperCase());
  const refusal =
    listed === undefined
      ? reply.notImplemented
      : session.hello === null || transaction.from !== null
        ? reply.badSequence
        : listed.includes(mechanism)
          ? undefined
          : writeReply(504, ['5.5.4 Mechanism not offered']);
  const rule = ruleFor(session, 'AUTH', [mechanism]);
  const challenges = challengesFor(mechanism, settings.hostname, initial !== undefined);
  const isRefused = rule?.reply === undefined ? refusal !== undefined : isFinal(rule.reply);
  if (isRefused || (rule?.afterwards !== undefined && challenges.length === 0)) {
    const { step, code } = await respond(session, refusal ?? reply.badSequence, rule, command);
    attempt.code = code === 0 ? null : code;
    return step;
  }

  // With a reply of its own (a 334 or silence) the rule takes the place of the first challenge.
  const firstRule = rule;
  const prompts = firstRule?.reply !== undefined && challenges.length === 0 ? [Buffer.alloc(0)] : challenges;
  for (const [index, challenge] of prompts.entries()) {
    const prompt = writeReply(334, [challenge.toString('base64')]);
    const { step } = await respond(session, prompt, index === 0 ? firstRule : undefined, command);
    if (step === 'over') return 'over';
    const line = await connection.input.readLine();
    if (line === null) return 'over';
    hideRecorded(session, line.bytes.subarray(0, line.bytes.length), true);
    // RFC 4954 4: the client gives up.
    if (line.content.toString('latin1') === '*') {
      wellFormed = false;
      break;
    }
    wellFormed = note(line.content) && wellFormed;
  }
  const isRight = settings.login === undefined || areCredentials(settings.login, mechanism, given);
  const welcome = isRight ? writeReply(235, ['2.7.0 Authentication succeeded']) : reply.badCredentials;
  const ordinary = wellFormed ? welcome : reply.badSyntax;
  const end = await respond(session, ordinary, ruleFor(session, 'auth-end', [mechanism]), command);
  session.authenticated = end.code === 235;
  attempt.code = end.code === 0 ? null : end.code;
  return end.step;
}

/** A reply that ends an AUTH exchange at its first step. */
function isFinal(given: { bytes: Buffer | null; code: number }): boolean {
  return given.bytes !== null && given.code !== 334;
}
