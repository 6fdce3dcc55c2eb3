import type { TlsOptions } from 'node:tls';
import type { Connection } from '../wire/connection.ts';
import { DIALECTS, type Protocol } from './dialects.ts';
import { fromClient, terminate } from './from-client.ts';
import { fromServer } from './from-server.ts';
import type { ModeSettings } from './modes.ts';
import { createOutlet } from './outlet.ts';
import type { ProxySession } from './record.ts';
import type { Conversation } from './state.ts';

/** Runs both directions until both connections are gone. */
export async function converse(
  protocol: Protocol,
  mode: ModeSettings,
  client: Connection,
  server: Connection,
  record: ProxySession,
  tlsOptions: () => Promise<TlsOptions>,
): Promise<void> {
  const conversation: Conversation = {
    protocol,
    dialect: DIALECTS[protocol],
    mode,
    client,
    server,
    toClient: createOutlet(client),
    toServer: createOutlet(server),
    record,
    tlsOptions,
    opaque: false,
    greeted: false,
    listing: false,
    upgrade: null,
    swallow: 0,
    content: null,
    clientLiteral: 0,
    serverLiteral: 0,
    announcedLiteral: 0,
    exchanging: false,
    held: [],
  };
  void client.gone.then((ending) => {
    conversation.upgrade?.decided(false);
    if (ending === 'closed-by-peer' || ending === 'closed-by-us') server.end();
    else server.reset();
  });
  void server.gone.then((ending) => {
    conversation.upgrade?.decided(false);
    if (ending === 'closed-by-peer' || ending === 'closed-by-us') client.end();
    else client.reset();
  });
  if (mode.kind === 'terminate-tls' && mode.implicit && !(await terminate(conversation))) return;
  await Promise.all([fromClient(conversation), fromServer(conversation)]);
  await Promise.all([client.gone, server.gone]);
}
