import type { ReferenceOptions, ReferenceServer } from '../reference/server.ts';
import type { LabAccess } from './access.ts';
import { startLoopbackLab } from './loopback.ts';

/** A reference server in a world of its own. */
export interface ReferenceInLab {
  readonly server: ReferenceServer;
  readonly access: LabAccess;
  /** Ends server, outbound queue and lab. */
  close(): Promise<void>;
}

/** What the reference server calls itself where nobody says otherwise. */
const DOMAIN = 'example.test';
/** Deliveries stay in this process, and the queue retries quickly. Milliseconds. */
const OUTBOUND_MS = 5_000;

/**
 * Starts a lab on loopback and a reference server whose mail to other domains goes there.
 * @throws Error (EADDRNOTAVAIL) where loopback has only one address
 */
export async function startReferenceInLab(options: ReferenceOptions = {}): Promise<ReferenceInLab> {
  const [{ startReference }, { createOutbound }] = await Promise.all([
    import('../reference/server.ts'),
    import('../reference/outbound/outbound.ts'),
  ]);
  const domain = options.domain ?? DOMAIN;
  const hostname = options.hostname ?? `mail.${domain}`;
  const lab = await startLoopbackLab();
  const outbound = createOutbound({
    domain,
    hostname,
    resolver: lab.resolver,
    port: lab.mxPort,
    faulty: (fault) => options.faults?.includes(fault) ?? false,
  });
  const ends = [() => outbound.close(), () => lab.close()];
  try {
    const server = await startReference({
      ...options,
      domain,
      hostname,
      relay: options.relay ?? outbound.relay,
    });
    ends.unshift(() => server.close());
    const { mx } = server.target.endpoints;
    if (mx) outbound.comeHome(mx);
    const access = await lab.admit({ ...server.target, outboundMs: OUTBOUND_MS });
    let closing: Promise<void> | undefined;
    return {
      server,
      access,
      close() {
        closing ??= endAll(ends);
        return closing;
      },
    };
  } catch (failure) {
    await endAll(ends);
    throw failure;
  }
}

/** Ends everything in turn, whatever fails; the first failure is told. */
async function endAll(ends: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of ends) await end().catch((failure: unknown) => void failures.push(failure));
  if (failures.length > 0) throw failures[0];
}
