import type { TargetRecord } from './record.ts';
import { ROLE_NAMES, type Role } from './vocabulary.ts';

/** A TLS connection to a port of the target, as the dialogues of a run tell of it. */
export interface SeenTls {
  readonly role: Role;
  readonly protocol: string;
  /** IANA name of the suite. */
  readonly cipher: string;
}

const CONNECTED = /^connected to ([a-z0-9]+) at /;
const ESTABLISHED = /^TLS established: (\S+), (\S+)$/;

/**
 * Versions and suites that were negotiated with the ports of a target by any check or control, each once, in the
 * order of the roles. Dialogues in a record are cut, so that something may be missing; nothing is there that was not seen.
 */
export function seenTls({
  results,
  controls = [],
}: Pick<TargetRecord, 'results' | 'controls'>): readonly SeenTls[] {
  const seen = new Map<string, SeenTls>();
  for (const { transcript } of [...controls, ...results]) {
    const roles = new Map<number, Role>();
    for (const { who, connection, text } of transcript) {
      if (who !== 'note') continue;
      const connected = CONNECTED.exec(text)?.[1];
      const role = ROLE_NAMES.find((name) => name === connected);
      if (role) roles.set(connection, role);
      const [, protocol, cipher] = ESTABLISHED.exec(text) ?? [];
      const where = roles.get(connection);
      if (protocol === undefined || cipher === undefined || !where) continue;
      seen.set(`${where} ${protocol} ${cipher}`, { role: where, protocol, cipher });
    }
  }
  const all = [...seen.values()];
  return ROLE_NAMES.flatMap((role) =>
    all
      .filter((one) => one.role === role)
      .sort((a, b) => b.protocol.localeCompare(a.protocol) || a.cipher.localeCompare(b.cipher)),
  );
}
