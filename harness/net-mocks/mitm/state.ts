import type { TlsOptions } from 'node:tls';
import type { DataCollector } from '../smtp/message-data.ts';
import type { Connection } from '../wire/connection.ts';
import type { Dialect, Protocol } from './dialects.ts';
import type { ModeSettings, ResetPoint } from './modes.ts';
import type { Outlet } from './outlet.ts';
import type { ProxySession } from './record.ts';

/** Both legs of a conversation and what is known of its state. */
export interface Conversation {
  readonly protocol: Protocol;
  readonly dialect: Dialect;
  readonly mode: ModeSettings;
  readonly client: Connection;
  readonly server: Connection;
  readonly toClient: Outlet;
  readonly toServer: Outlet;
  readonly record: ProxySession;
  readonly tlsOptions: () => Promise<TlsOptions>;
  /** After the go-ahead octets are no longer understood. */
  opaque: boolean;
  greeted: boolean;
  /** A list of capabilities was asked for and is coming. */
  listing: boolean;
  /** Set while the server's answer to the upgrade command is awaited. */
  upgrade: { tag: string; decided: (allowed: boolean) => void } | null;
  /** Replies to what was injected, to be kept from the client. */
  swallow: number;
  /** Set while SMTP message content is coming from the client. */
  content: DataCollector | null;
  /** Octets from the client that are no lines. */
  clientLiteral: number;
  serverLiteral: number;
  /** A literal that the client sends when the server allows it. */
  announcedLiteral: number;
  /** What the client sends now are secrets. */
  exchanging: boolean;
  /** Lines of an SMTP reply that is not complete. */
  held: string[];
}

/** Text in which every octet keeps its place. */
export const latin1 = (octets: Buffer): string => octets.toString('latin1');

/** Resets both connections when this is the point to do so. */
export function resetsAt(conversation: Conversation, mode: ModeSettings, point: ResetPoint): boolean {
  if (mode.kind !== 'reset' || mode.at !== point) return false;
  intervene(conversation, `reset both connections at ${point}`);
  conversation.client.reset();
  conversation.server.reset();
  return true;
}

/** Notes what the proxy did beside passing octets. */
export function intervene(conversation: Conversation, sentence: string): void {
  conversation.record.interventions.push(sentence);
}
