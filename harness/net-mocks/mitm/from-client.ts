import { holdsRecord, readClientHello } from '../wire/client-hello.ts';
import { mask, type Span } from '../wire/credentials.ts';
import { CRLF } from '../wire/crlf.ts';
import type { Line } from '../wire/input-queue.ts';
import { noHandshake } from '../wire/tls-handshake.ts';
import { chunkAfter, literalAfter, overwritten } from './dialects.ts';
import { type Conversation, intervene, latin1, resetsAt } from './state.ts';

/** Passes what the client sends until it ends. */
export async function fromClient(conversation: Conversation): Promise<void> {
  const { client, server, toServer } = conversation;
  for (;;) {
    if (!client.input.hasLine) toServer.flush();
    if (conversation.opaque || conversation.content !== null || conversation.clientLiteral > 0) {
      const some = await client.input.readSome();
      if (some === null) break;
      passOctets(conversation, some);
      toServer.flush();
      continue;
    }
    const line = await client.input.readLine();
    if (line === null) break;
    // The server may have asked for content while the line was on its way.
    if (conversation.content !== null || conversation.clientLiteral > 0) client.input.unread(line.bytes);
    else await onClientLine(conversation, line);
  }
  toServer.flush();
  server.end();
}

/** Octets of the client that are not commands. */
function passOctets(conversation: Conversation, some: Buffer): void {
  const { client, toServer, record, mode } = conversation;
  if (conversation.opaque) {
    if (record.clientHello === null && holdsRecord(some)) record.clientHello = readClientHello(some);
    if (!resetsAt(conversation, mode, 'client-hello')) toServer.add(some);
    return;
  }
  if (conversation.content !== null) {
    const after = conversation.content.add(some);
    if (after !== undefined) {
      conversation.content = null;
      client.input.unread(after);
    }
    toServer.add(some.subarray(0, some.length - (after?.length ?? 0)));
    return;
  }
  const part = some.subarray(0, conversation.clientLiteral);
  client.input.unread(some.subarray(part.length));
  conversation.clientLiteral -= part.length;
  forward(conversation, part, conversation.exchanging ? [{ from: 0, to: part.length }] : []);
}

/** Passes what was just read from the client to the server, with its secrets hidden in both records. */
function forward(conversation: Conversation, octets: Buffer, secrets: Span[]): void {
  const { client, toServer } = conversation;
  const begin = client.input.position - octets.length;
  for (const { from, to } of secrets)
    client.transcript.redactReceived(client.channel, begin + from, begin + to);
  toServer.add(octets, mask(octets, secrets));
}

async function onClientLine(conversation: Conversation, line: Line): Promise<void> {
  const { dialect, protocol, client } = conversation;
  const text = latin1(line.content);
  if (conversation.exchanging) {
    const literal = literalAfter(protocol, text);
    announce(conversation, literal);
    return forward(conversation, line.bytes, [{ from: 0, to: literal === null ? line.content.length : 0 }]);
  }
  if (dialect.isUpgradeCommand(text) && client.channel === 'plain')
    return onUpgradeCommand(conversation, line, text);
  if (dialect.isCapabilityCommand(text)) conversation.listing = true;
  if (dialect.beginsExchange(text)) conversation.exchanging = true;
  conversation.clientLiteral = chunkAfter(protocol, text);
  announce(conversation, literalAfter(protocol, text));
  forward(conversation, line.bytes, dialect.secretsIn(text));
}

function announce(conversation: Conversation, literal: { octets: number; waits: boolean } | null): void {
  if (literal === null) return;
  if (literal.waits) conversation.announcedLiteral = literal.octets;
  else conversation.clientLiteral = literal.octets;
}

async function onUpgradeCommand(conversation: Conversation, line: Line, text: string): Promise<void> {
  const { dialect, mode, client, toClient, toServer, record } = conversation;
  const tag = dialect.tagOf(text);
  record.upgrade = 'asked';
  if (resetsAt(conversation, mode, 'upgrade-command')) return;
  if (mode.kind === 'refuse-upgrade') {
    record.upgrade = 'refused-by-proxy';
    intervene(conversation, `answered ${dialect.keyword} itself with a refusal`);
    toClient.add(dialect.refusal(tag));
    toClient.flush();
    return;
  }
  if (mode.kind === 'terminate-tls') {
    client.expectHandshake();
    toClient.add(dialect.goAhead(tag));
    toClient.flush();
    await terminate(conversation);
    return;
  }

  const spoilt = mode.kind === 'strip-capability' || mode.kind === 'overwrite-capability';
  if (spoilt) {
    record.upgrade = 'refused-by-proxy';
    intervene(conversation, `overwrote the command ${dialect.keyword}`);
    const command = latin1(line.bytes).replace(
      new RegExp(dialect.keyword, 'i'),
      overwritten(dialect.keyword),
    );
    return toServer.add(Buffer.from(command, 'latin1'));
  }

  const { promise: decision, resolve: decided } = Promise.withResolvers<boolean>();
  conversation.upgrade = { tag, decided };
  if (mode.kind === 'inject' && mode.where === 'before-upgrade-command') {
    intervene(conversation, `injected ${mode.bytes.length} octets before ${dialect.keyword}`);
    conversation.swallow = latin1(mode.bytes).split(CRLF).length - 1;
    toServer.add(mode.bytes);
  }
  toServer.add(line.bytes);
  if (mode.kind === 'inject' && mode.where === 'after-upgrade-command') {
    intervene(conversation, `injected ${mode.bytes.length} octets after ${dialect.keyword}`);
    toServer.add(mode.bytes);
  }
  // What the client itself sent in the same segment stays in it.
  const pipelined = client.input.drain();
  forward(conversation, pipelined, dialect.secretsIn(latin1(pipelined)));
  toServer.flush();
  await decision;
}

/** Completes TLS with the client; false when it came to nothing. */
export async function terminate(conversation: Conversation): Promise<boolean> {
  const { client, server, record } = conversation;
  client.expectHandshake();
  const { before, hello } = await client.readHello();
  if (before.length > 0) intervene(conversation, `discarded ${before.length} octets before the ClientHello`);
  if (hello === null) {
    record.tls = noHandshake(null, 'NO_CLIENT_HELLO', 'the client sent no ClientHello');
    client.destroy();
  } else record.tls = await client.startTls(await conversation.tlsOptions(), hello);
  if (record.tls.established) {
    record.upgrade = 'terminated';
    intervene(conversation, 'ended TLS with its own certificate');
    return true;
  }
  server.end();
  await Promise.all([client.gone, server.gone]);
  return false;
}
