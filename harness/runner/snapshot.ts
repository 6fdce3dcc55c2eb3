import type { CertificateRecord, RoleSnapshot } from '../../reports/model/record.ts';
import type { Bench } from '../engine/bench.ts';
import { createRecorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import { clientDomain } from '../lab/names.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import { ROLE_NAMES, ROLES, type Role } from '../model/roles.ts';
import { isWireFailure } from '../wire/failures.ts';
import { certificateRecord, fingerprintOf } from './certificate-record.ts';

/** What a target says of itself on each of its ports, and every certificate that it sent, each once. */
export interface Snapshot {
  readonly capabilities: readonly RoleSnapshot[];
  readonly certificates: readonly CertificateRecord[];
}

/** What each role of the target says of itself: greeting, certificates, and capabilities before and inside TLS. */
export async function takeSnapshot(bench: Bench): Promise<Snapshot> {
  const offered = ROLE_NAMES.filter((role) => bench.target.endpoints[role] !== undefined);
  const taken = await Promise.all(offered.map((role) => snapshotRole(bench, role)));
  const certificates = new Map(
    taken.flatMap(({ sent }) => sent.map((der) => [fingerprintOf(der), der] as const)),
  );
  return {
    capabilities: taken.map(({ snapshot }) => snapshot),
    certificates: [...certificates].map(([, der]) => certificateRecord(der)),
  };
}

async function snapshotRole(
  bench: Bench,
  role: Role,
): Promise<{ readonly snapshot: RoleSnapshot; readonly sent: readonly Buffer[] }> {
  const snapshot = { role, greeting: null as string | null, clear: [] as string[], tls: [] as string[] };
  let tlsProtocol: string | null = null;
  let tlsCipher: string | null = null;
  let failure: string | null = null;
  let sent: readonly Buffer[] = [];
  const release = await bench.slots.take(1);
  let connections = 0;
  const sessions = bench.openSessions({
    target: bench.target,
    role,
    lab: bench.lab?.access ?? null,
    helloName: `snapshot.${clientDomain(bench.lab?.access)}`,
    recorder: createRecorder(bench.redactor),
    nextConnection: () => {
      connections += 1;
      return connections;
    },
    limit: 4,
    certificatesAsSent: true,
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
    tlsProtocol = inside.connection.tls?.protocol ?? null;
    tlsCipher = inside.connection.tls?.cipher ?? null;
    sent = inside.connection.session?.peerCertificates ?? [];
    snapshot.tls.push(...(await announced(inside)));
  } catch (thrown) {
    const expected =
      isWireFailure(thrown) || thrown instanceof Inconclusive || thrown instanceof NotApplicable;
    failure = visible(thrown instanceof Error ? thrown.message : String(thrown));
    if (!expected) failure = `mailspec could not take the snapshot: ${failure}`;
  } finally {
    sessions.closeAll();
    release();
  }
  const chain = sent.length === 0 ? {} : { chain: sent.map(fingerprintOf) };
  return { snapshot: { ...snapshot, tlsProtocol, tlsCipher, ...chain, failure }, sent };
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
