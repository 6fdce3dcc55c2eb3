import type { RoleSnapshot } from '../../reports/model/record.ts';
import type { Bench } from '../engine/bench.ts';
import { createRecorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import { CLIENT_DOMAIN } from '../lab/names.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import { ROLE_NAMES, ROLES, type Role } from '../model/roles.ts';
import { isWireFailure } from '../wire/failures.ts';

/** What each role of the target says of itself: greeting, and capabilities before and inside TLS. */
export async function snapshotCapabilities(bench: Bench): Promise<RoleSnapshot[]> {
  const offered = ROLE_NAMES.filter((role) => bench.target.endpoints[role] !== undefined);
  return Promise.all(offered.map((role) => snapshotRole(bench, role)));
}

async function snapshotRole(bench: Bench, role: Role): Promise<RoleSnapshot> {
  const snapshot = { role, greeting: null as string | null, clear: [] as string[], tls: [] as string[] };
  let tlsProtocol: string | null = null;
  let tlsCipher: string | null = null;
  let failure: string | null = null;
  const release = await bench.slots.take(1);
  let connections = 0;
  const sessions = bench.openSessions({
    target: bench.target,
    role,
    lab: bench.lab?.access ?? null,
    helloName: `snapshot.${CLIENT_DOMAIN}`,
    recorder: createRecorder(bench.redactor),
    nextConnection: () => {
      connections += 1;
      return connections;
    },
    limit: 4,
    signal: bench.signal,
  });
  try {
    const { protocol, tls } = ROLES[role];
    const client = await sessions[protocol]({ at: 'ready' });
    snapshot.greeting = client.greeting.text;
    if (tls === 'upgrade') {
      snapshot.clear.push(...(await announced(client)));
      client.connection.close();
    }
    const inside = tls === 'implicit' ? client : await sessions[protocol]({ at: 'tls' });
    snapshot.tls.push(...(await announced(inside)));
    tlsProtocol = inside.connection.tls?.protocol ?? null;
    tlsCipher = inside.connection.tls?.cipher ?? null;
  } catch (thrown) {
    const expected =
      isWireFailure(thrown) || thrown instanceof Inconclusive || thrown instanceof NotApplicable;
    failure = visible(thrown instanceof Error ? thrown.message : String(thrown));
    if (!expected) failure = `mailspec could not take the snapshot: ${failure}`;
  } finally {
    sessions.closeAll();
    release();
  }
  return { ...snapshot, tlsProtocol, tlsCipher, failure };
}

type AnyClient = Awaited<ReturnType<ReturnType<Bench['openSessions']>['smtp' | 'pop3' | 'imap']>>;

/** Announced capabilities in visible notation, as the server spells them. */
async function announced(client: AnyClient): Promise<string[]> {
  if ('ehlo' in client) {
    return [...(client.capabilities?.keywords ?? [])].map(([keyword, value]) =>
      visible(`${keyword} ${value}`.trim()),
    );
  }
  if ('capa' in client) {
    const { capabilities } = await client.capa();
    return [...(capabilities ?? [])].map(([keyword, value]) => visible(`${keyword} ${value}`.trim()));
  }
  await client.capability();
  return [...(client.capabilities ?? [])].map((capability) => visible(capability));
}
