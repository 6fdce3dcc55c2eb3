import { ROLES, type Role } from '../../model/roles.ts';
import type { ReferenceLife } from '../options.ts';
import { encodeReply, reply } from '../smtp/reply.ts';
import type { ServerConnection } from './connection.ts';

/** Whom a server lets in that limits how many clients come from one address, and how often. */
export interface Admission {
  /** Serves a connection, or turns it away: with 421 on SMTP, without a word elsewhere. */
  admit(role: Role, connection: ServerConnection, serve: () => Promise<void>): Promise<void>;
}

/** @param startTls begins TLS on a connection where the role speaks inside of it */
export function createAdmission(
  { atATime = Number.POSITIVE_INFINITY, visits: allowed }: NonNullable<ReferenceLife['admits']>,
  startTls: (connection: ServerConnection) => Promise<void>,
): Admission {
  const open = new Map<string, number>();
  const visits = new Map<string, readonly number[]>();

  function isTooMany(door: string): boolean {
    const now = performance.now();
    const recent = (visits.get(door) ?? []).filter((at) => now - at < (allowed?.withinMs ?? 0));
    // Who is turned away has come all the same.
    visits.set(door, [...recent, now]);
    return recent.length >= (allowed?.most ?? Number.POSITIVE_INFINITY) || (open.get(door) ?? 0) >= atATime;
  }

  return {
    async admit(role, connection, serve) {
      const { protocol, tls } = ROLES[role];
      const door = `${protocol} ${connection.clientAddress}`;
      if (isTooMany(door)) {
        if (protocol !== 'smtp') return connection.destroy();
        if (tls === 'implicit') await startTls(connection);
        await connection.send(encodeReply(reply(421, '4.7.0', 'Too many connections from your address')));
        return connection.finish();
      }
      open.set(door, (open.get(door) ?? 0) + 1);
      try {
        await serve();
      } finally {
        open.set(door, (open.get(door) ?? 1) - 1);
      }
    },
  };
}
