import { createDataCollector } from '../smtp/message-data.ts';
import type { Line } from '../wire/input-queue.ts';
import { hideUpgrade } from './capabilities.ts';
import { literalAfter } from './dialects.ts';
import { type Conversation, intervene, latin1, resetsAt } from './state.ts';

/** Passes what the server sends until it ends. */
export async function fromServer(conversation: Conversation): Promise<void> {
  const { client, server, toClient } = conversation;
  for (;;) {
    if (!server.input.hasLine) toClient.flush();
    if (conversation.opaque || conversation.serverLiteral > 0) {
      const some = await server.input.readSome();
      if (some === null) break;
      const part = conversation.opaque ? some : some.subarray(0, conversation.serverLiteral);
      server.input.unread(some.subarray(part.length));
      conversation.serverLiteral = Math.max(0, conversation.serverLiteral - part.length);
      toClient.add(part);
      toClient.flush();
      continue;
    }
    const line = await server.input.readLine();
    if (line === null) break;
    onServerLine(conversation, line);
  }
  for (const line of conversation.held) toClient.add(Buffer.from(line, 'latin1'));
  toClient.flush();
  client.end();
}

function onServerLine(conversation: Conversation, line: Line): void {
  const { dialect, protocol, mode, toClient } = conversation;
  const text = latin1(line.content);
  const isGreeting = !conversation.greeted;
  conversation.greeted = true;
  if (isGreeting && resetsAt(conversation, mode, 'greeting')) return;
  if (conversation.listing && resetsAt(conversation, mode, 'capabilities')) return;

  conversation.serverLiteral = literalAfter(protocol, text)?.octets ?? 0;
  if (conversation.exchanging && dialect.endsExchange(text)) conversation.exchanging = false;
  if (protocol === 'smtp' && text.startsWith('354')) conversation.content = createDataCollector();
  if (text.startsWith('+') && conversation.announcedLiteral > 0) {
    conversation.clientLiteral = conversation.announcedLiteral;
    conversation.announcedLiteral = 0;
  }
  if (conversation.upgrade !== null && !isGreeting) {
    onUpgradeReply(conversation, line, text);
    return;
  }

  // An SMTP reply is passed whole, because taking out its last line changes the one before.
  conversation.held.push(latin1(line.bytes));
  if (protocol === 'smtp' && line.ending !== 'cut' && !dialect.endsReply(text, '')) return;
  const lines = conversation.held;
  conversation.held = [];
  const hides = hiding(conversation);
  const passed = hides === null ? lines : hideUpgrade(protocol, dialect, lines, hides);
  if (passed.join('') !== lines.join(''))
    intervene(conversation, `took ${dialect.keyword} out of the capabilities`);
  for (const content of passed) toClient.add(Buffer.from(content, 'latin1'));
  if (protocol === 'pop3' ? text === '.' || text.startsWith('-ERR') : dialect.endsReply(text, ''))
    conversation.listing = false;
}

/** Whether and how the upgrade is to be hidden in what the server says now. */
function hiding({ mode, protocol, listing, client }: Conversation): 'strip' | 'overwrite' | null {
  if (!listing && protocol !== 'imap') return null;
  if (mode.kind === 'strip-capability') return 'strip';
  if (mode.kind === 'overwrite-capability') return 'overwrite';
  // Inside TLS nobody offers TLS.
  return mode.kind === 'terminate-tls' && client.channel === 'tls' ? 'strip' : null;
}

function onUpgradeReply(conversation: Conversation, line: Line, text: string): void {
  const { dialect, mode, record, server, toClient, toServer } = conversation;
  const { upgrade } = conversation;
  if (upgrade === null) return;
  const isLast = dialect.endsReply(text, upgrade.tag);
  if (conversation.swallow > 0) {
    // IMAP replies carry the tag of their command; elsewhere they come in order.
    if (upgrade.tag === '' && isLast) conversation.swallow -= 1;
    if (upgrade.tag === '' || !isLast) return;
  }
  if (!isLast) {
    toClient.add(line.bytes);
    return;
  }
  conversation.upgrade = null;
  if (!dialect.allowsUpgrade(text)) {
    record.upgrade = 'refused-by-server';
    toClient.add(line.bytes);
    upgrade.decided(false);
    return;
  }
  if (resetsAt(conversation, mode, 'go-ahead')) {
    upgrade.decided(false);
    return;
  }
  record.upgrade = 'passed';
  conversation.opaque = true;
  if (mode.kind === 'inject' && mode.where === 'after-go-ahead') {
    intervene(conversation, `injected ${mode.bytes.length} octets to the server after its go-ahead`);
    toServer.add(mode.bytes);
    toServer.flush();
  }
  toClient.add(line.bytes);
  if (mode.kind === 'inject' && mode.where === 'with-go-ahead') {
    intervene(conversation, `injected ${mode.bytes.length} octets to the client after the go-ahead`);
    toClient.add(mode.bytes);
  }
  toClient.add(server.input.drain());
  toClient.flush();
  upgrade.decided(true);
}
