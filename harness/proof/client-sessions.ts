import { createImapClient } from '../client/imap.ts';
import { createPop3Client } from '../client/pop3.ts';
import { createSmtpClient } from '../client/smtp.ts';
import { eventSchema } from '../evidence/event-schema.ts';
import type { EvidenceEvent } from '../evidence/events.ts';
import { octetsOf } from '../evidence/octets.ts';
import { createRecorder, type Recorder } from '../evidence/recorder.ts';
import { serialiseEvents } from '../evidence/store.ts';
import { type Connection, openConnection } from '../wire/connection.ts';
import { ConnectionEnded, isWireFailure, Silence } from '../wire/failures.ts';
import { type Script, startScriptedServer } from '../wire/scripted-server.testing.ts';
import { type Protocol, SECRET } from './hostile-replies.ts';
import { type Subject, told, UNPRINTABLE } from './subject.ts';

/** Replies of one connection. */
const PER_SESSION = 25;
/** Everything was sent long before: whoever still waits then has missed the end. */
const REPLY_MS = 20_000;

/** The clients with their recorder, talking to a server on loopback that says everything at once and ends. */
export async function clientSessions(): Promise<Subject & AsyncDisposable & { readonly sessions: number }> {
  let octets: Buffer = Buffer.alloc(0);
  const script: Script = async (peer) => {
    // In pieces, so that secrets and line ends are cut apart too.
    const [third, half] = [Math.floor(octets.length / 3), Math.floor(octets.length / 2)];
    await peer.write(octets.subarray(0, third));
    await peer.write(octets.subarray(third, half));
    await peer.write(octets.subarray(half));
  };
  const server = await startScriptedServer(script);
  let sessions = 0;
  return {
    name: 'clients and recorder',
    get sessions() {
      return sessions;
    },
    async wrong(replies, protocol) {
      for (let at = 0; at < replies.length; at += PER_SESSION) {
        octets = Buffer.concat(replies.slice(at, at + PER_SESSION));
        sessions += 1;
        const recorder = createRecorder();
        recorder.secret(SECRET);
        const connection = await openConnection({
          endpoint: server.endpoint,
          role: 'test',
          number: 1,
          replyMs: REPLY_MS,
          recorder,
        });
        try {
          const problem = (await misbehaviour(connection, protocol)) ?? misrecorded(recorder, octets);
          if (problem !== null) return problem;
        } finally {
          connection.close();
        }
      }
      return null;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Talks until the server has said everything. */
async function misbehaviour(connection: Connection, protocol: Protocol): Promise<string | null> {
  const steps = STEPS[protocol];
  let talk: Talk | null = null;
  for (let step = 0; !connection.ended || connection.pending().length > 0; step += 1) {
    try {
      if (talk === null) talk = await OPEN[protocol](connection);
      const text = await talk(step % steps);
      if (UNPRINTABLE.test(text)) return 'A text of a reply holds an unprintable character.';
    } catch (thrown) {
      if (thrown instanceof Silence) return 'The client waits although the server has ended the connection.';
      if (thrown instanceof ConnectionEnded) return null;
      if (!isWireFailure(thrown)) return `The client throws ${told(thrown)}`;
      if (UNPRINTABLE.test(thrown.message)) return 'A failure holds an unprintable character.';
    }
  }
  return null;
}

/** One command, by its number; its replies as people read them. */
type Talk = (step: number) => Promise<string>;

const STEPS: Readonly<Record<Protocol, number>> = { smtp: 4, pop3: 6, imap: 7 };

const OPEN: Readonly<Record<Protocol, (connection: Connection) => Promise<Talk>>> = {
  async smtp(connection) {
    const client = await createSmtpClient(connection, 'probe.mailspec.test');
    return async (step) => {
      if (step === 0) return (await client.ehlo()).text;
      if (step === 1) return (await client.pipeline('NOOP', 'RSET')).map(({ text }) => text).join('');
      if (step === 2) return (await client.data(Buffer.from('Subject: x'))).text;
      return (await client.command(`AUTH PLAIN ${SECRET}`, [Buffer.from(SECRET)])).text;
    };
  },
  async pop3(connection) {
    const client = await createPop3Client(connection);
    return async (step) => {
      if (step === 0) return (await client.capa()).reply.text;
      if (step === 1) return (await client.list()).reply.text;
      if (step === 2) return (await client.uidl()).reply.text;
      if (step === 3) return (await client.retr(1)).reply.text;
      if (step === 4) return (await client.top(1, 0)).reply.text;
      return (await client.userPass('user', SECRET)).text;
    };
  },
  async imap(connection) {
    const client = await createImapClient(connection);
    return async (step) => {
      if (step === 0) return (await client.capability()).text;
      if (step === 1) return (await client.listMailboxes()).reply.text;
      if (step === 2) return (await client.select('INBOX')).reply.text;
      if (step === 3) return String(await client.search('ALL'));
      if (step === 4) return String((await client.fetch(1))?.uid);
      if (step === 5) return (await client.login('user', SECRET)).text;
      let messages = 0;
      for await (const _ of client.fetchAll()) messages += 1;
      return String(messages);
    };
  },
};

/** What is wrong with the evidence of a session in which the server sent these octets. */
function misrecorded({ events }: Recorder, sent: Buffer): string | null {
  const written = serialiseEvents(events);
  if (holdsSecret(written)) return 'The secret stands in the evidence.';
  const received = events.flatMap((event) => (event.kind === 'recv' ? [event] : []));
  const octets = Buffer.concat(received.map((event) => octetsOf(event)));
  if (holdsSecret(octets.toString('latin1'))) return 'The secret stands in octets of the evidence.';
  for (const line of written.split('\n').slice(0, -1)) {
    const event: EvidenceEvent = JSON.parse(line);
    if (!eventSchema.safeParse(event).success) return 'An event of the evidence cannot be read.';
    if (Object.values(event).some((value) => typeof value === 'string' && UNPRINTABLE.test(value)))
      return 'An event of the evidence holds an unprintable character.';
  }
  const isWhole = received.every(({ redactions, omitted }) => redactions === 0 && omitted === undefined);
  if (isWhole && !octets.equals(sent)) return 'The evidence holds other octets than the server sent.';
  return null;
}

/** The whole secret, as it is or inside base64 however it lies there; what is damaged is none. */
function holdsSecret(text: string): boolean {
  if (text.includes(SECRET)) return true;
  return [...text.matchAll(/[A-Za-z0-9+/_-]{36,}/g)].some(([run]) =>
    [0, 1, 2, 3].some((from) => Buffer.from(run.slice(from), 'base64').includes(SECRET)),
  );
}
