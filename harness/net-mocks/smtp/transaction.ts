import type { EnvelopePath, ReceivedMessage, SmtpCommand } from './capture.ts';
import { readEnvelopePath } from './envelope-path.ts';
import { createDataCollector, unstuffDots } from './message-data.ts';
import type { Represented } from './on-behalf.ts';
import { type RuleSettings, writeReply } from './rules.ts';
import { extension, leave, reply, respond, ruleFor, type Session, type Step } from './session.ts';

/** The mail transaction of a session: MAIL, RCPT, then DATA or BDAT (RFC 5321 3.3, RFC 3030). */
export interface Transaction {
  from: EnvelopePath | null;
  to: EnvelopePath[];
  /** At a relay host: the server that each recipient belongs to. */
  servers: Map<EnvelopePath, Represented>;
  chunks: Buffer[];
}

/** A single message may not fill the memory, whatever SIZE was announced. */
const MOST_OCTETS = 67_108_864;

export function emptyTransaction(): Transaction {
  return { from: null, to: [], servers: new Map(), chunks: [] };
}

function forget(transaction: Transaction): void {
  Object.assign(transaction, emptyTransaction());
}

export async function mail(session: Session, transaction: Transaction, command: SmtpCommand): Promise<Step> {
  const path = readEnvelopePath(command.argument, 'FROM');
  const ordinary =
    session.hello === null || transaction.from !== null
      ? reply.badSequence
      : path === null
        ? reply.badSyntax
        : (loginProblem(session) ?? parameterProblem(session, path) ?? writeReply(250, ['2.1.0 Sender OK']));
  const { step, code } = await respond(
    session,
    ordinary,
    ruleFor(session, 'MAIL', [command.argument]),
    command,
  );
  if (isPositive(code)) {
    forget(transaction);
    transaction.from = path;
  }
  return step;
}

/** RFC 4954 6, RFC 3207 4. */
function loginProblem({ settings, authenticated, connection }: Session): typeof reply.ok | undefined {
  if (settings.login === undefined || authenticated) return undefined;
  return settings.tls !== undefined && connection.channel !== 'tls' ? reply.tlsNeeded : reply.loginNeeded;
}

export async function rcpt(session: Session, transaction: Transaction, command: SmtpCommand): Promise<Step> {
  const path = readEnvelopePath(command.argument, 'TO');
  const foreign = path === null ? undefined : session.admits?.(path.address);
  if (foreign !== undefined) return (await respond(session, foreign, undefined, command)).step;
  const destination =
    path === null || transaction.from === null ? undefined : session.destinationOf?.(path.address);
  const server = destination && 'server' in destination ? destination.server : undefined;
  if (server !== undefined) noteServer(session, command, server);
  const ordinary =
    transaction.from === null
      ? reply.badSequence
      : path === null
        ? reply.badSyntax
        : destination && 'refusal' in destination
          ? destination.refusal
          : writeReply(250, ['2.1.5 Recipient OK']);
  const rule =
    ruleFor(session, 'RCPT', [command.argument]) ??
    server?.rule({ stage: 'RCPT', texts: [command.argument], channel: session.connection.channel });
  const { step, code } = await respond(session, ordinary, rule, command);
  if (isPositive(code) && path !== null) {
    transaction.to.push(path);
    if (server !== undefined) transaction.servers.set(path, server);
  }
  return step;
}

function noteServer(session: Session, command: SmtpCommand, { name, records }: Represented): void {
  const { record } = session;
  // A server that is written down elsewhere takes the session along;
  if (records !== undefined && records !== session.records) {
    session.records = records;
    records.sessions.append(record);
  }
  command.forServer = name;
  if (!record.forServers.includes(name)) record.forServers.push(name);
}

/** RFC 5321 4.1.1.11: parameters belong to extensions that were listed. */
function parameterProblem(session: Session, path: EnvelopePath): ReturnType<typeof writeReply> | undefined {
  const needed = new Map([
    ['SIZE', 'SIZE'],
    ['BODY', '8BITMIME'],
    ['SMTPUTF8', 'SMTPUTF8'],
    ['AUTH', 'AUTH'],
    ['RET', 'DSN'],
    ['ENVID', 'DSN'],
    ['REQUIRETLS', 'REQUIRETLS'],
  ]);
  for (const { keyword, value } of path.parameters) {
    const values = extension(session, needed.get(keyword) ?? keyword);
    if (values === undefined) return reply.unknownParameter;
    if (keyword === 'SIZE' && Number(value) > sizeLimit(values)) return reply.tooBig;
  }
  return undefined;
}

function sizeLimit(values: string[] | undefined): number {
  const limit = Number(values?.[0] ?? 0);
  return limit > 0 ? limit : MOST_OCTETS;
}

export async function data(session: Session, transaction: Transaction, command: SmtpCommand): Promise<Step> {
  const { connection, record } = session;
  const ready = transaction.to.length > 0 && transaction.chunks.length === 0;
  const ordinary = ready ? writeReply(354, ['End data with <CR><LF>.<CR><LF>']) : reply.badSequence;
  const { step, code } = await respond(session, ordinary, ruleFor(session, 'DATA'), command);
  if (step === 'over' || code !== 354) return step;

  const collector = createDataCollector();
  for (;;) {
    const chunk = await connection.input.readSome();
    if (chunk === null || collector.octets > MOST_OCTETS) {
      record.unfinishedContent = collector.received();
      connection.destroy();
      return 'over';
    }
    const after = collector.add(chunk);
    const rule = ruleFor(session, 'content', [], collector.octets);
    if (rule !== undefined) {
      record.unfinishedContent = collector.received();
      if ((await interrupt(session, rule)) === 'over') return 'over';
      record.unfinishedContent = null;
    }
    if (after === undefined) continue;
    connection.input.unread(after);
    const received = collector.received();
    return finish(session, transaction, {
      transfer: 'DATA',
      received,
      content: unstuffDots(received),
      chunks: [],
    });
  }
}

/** A reply in the middle of the content, if the rule has one, then whatever it wants done. */
async function interrupt(session: Session, rule: RuleSettings): Promise<Step> {
  if (rule.reply !== undefined) return (await respond(session, rule.reply, rule)).step;
  return leave(session, rule.afterwards);
}

export async function bdat(session: Session, transaction: Transaction, command: SmtpCommand): Promise<Step> {
  const { connection, record } = session;
  const match = /^(\d{1,9})(?:[ \t]+(LAST))?[ \t]*$/i.exec(command.argument);
  if (match === null)
    return (await respond(session, reply.badSyntax, ruleFor(session, 'BDAT'), command)).step;

  // RFC 3030 2: the octets follow at once, whether they are welcome or not.
  const size = Number(match[1]);
  const parts: Buffer[] = [];
  let missing = size;
  while (missing > 0) {
    const some = await connection.input.readSome();
    if (some === null) {
      record.unfinishedContent = Buffer.concat([...transaction.chunks, ...parts]);
      return 'over';
    }
    if (some.length > missing) connection.input.unread(some.subarray(missing));
    parts.push(some.subarray(0, missing));
    missing -= Math.min(missing, some.length);
  }
  const held = transaction.chunks.reduce((sum, part) => sum + part.length, 0);
  const isLast = match[2] !== undefined;
  const ordinary =
    transaction.to.length === 0
      ? reply.badSequence
      : held + size > MOST_OCTETS
        ? reply.tooBig
        : writeReply(250, [`2.0.0 ${size} octets received`]);
  if (transaction.to.length === 0 || held + size > MOST_OCTETS || !isLast) {
    const { step, code } = await respond(
      session,
      ordinary,
      ruleFor(session, 'BDAT', [command.argument]),
      command,
    );
    if (isPositive(code)) transaction.chunks.push(Buffer.concat(parts));
    else forget(transaction);
    return step;
  }
  const chunks = [...transaction.chunks, Buffer.concat(parts)];
  const received = Buffer.concat(chunks);
  return finish(
    session,
    transaction,
    { transfer: 'BDAT', received, content: received, chunks: chunks.map((chunk) => chunk.length) },
    command,
  );
}

/** Records a complete message, answers it and closes the transaction. */
async function finish(
  session: Session,
  transaction: Transaction,
  content: Pick<ReceivedMessage, 'transfer' | 'received' | 'content' | 'chunks'>,
  command?: SmtpCommand,
): Promise<Step> {
  const { connection, record, records, settings } = session;
  const copies = copiesOf(transaction);
  const message = {
    time: new Date().toISOString(),
    session: record.seq,
    client: connection.peer,
    tls: connection.channel === 'tls' ? record.tls : null,
    hello: session.hello ?? '',
    ...content,
  };
  const from = transaction.from ?? { argument: '', address: '', parameters: [] };
  const limit = sizeLimit(extension(session, 'SIZE'));
  const ordinary =
    content.received.length > limit
      ? reply.tooBig
      : writeReply(250, [`2.0.0 Accepted in session ${record.seq}`]);
  const rule = ruleAtTheEnd(session, copies);
  const given: SmtpCommand = command ?? { verb: '.', argument: '', channel: connection.channel, code: null };
  if (command === undefined) record.commands.push(given);
  forget(transaction);

  // The message is complete whatever happens to the reply; the code is known before it is sent.
  const planned = rule?.reply ?? ordinary;
  const code = planned.bytes === null ? null : planned.code;
  for (const { server, to } of copies) {
    const via = server === undefined ? null : settings.name;
    const copy = { ...message, server: server?.name ?? settings.name, via, envelope: { from, to }, code };
    record.messages.push(records.messages.append(copy).seq);
  }
  return (await respond(session, ordinary, rule, given)).step;
}

/** What each server gets of a message: its own recipients. */
interface Copy {
  server: Represented | undefined;
  to: EnvelopePath[];
}

function copiesOf({ to, servers }: Transaction): Copy[] {
  const byServer = Map.groupBy(to, (path) => servers.get(path));
  return [...byServer].map(([server, paths]) => ({ server, to: paths }));
}

/** One reply is for all copies: the first rule that applies says it. */
function ruleAtTheEnd(session: Session, copies: readonly Copy[]): RuleSettings | undefined {
  const addresses = copies.flatMap(({ to }) => to.map(({ address }) => address));
  const own = ruleFor(session, 'end-of-data', addresses);
  if (own !== undefined) return own;
  const { channel } = session.connection;
  for (const { server, to } of copies) {
    const texts = to.map(({ address }) => address);
    const rule = server?.rule({ stage: 'end-of-data', texts, channel });
    if (rule !== undefined) return rule;
  }
  return undefined;
}

function isPositive(code: number): boolean {
  return code >= 200 && code < 300;
}
