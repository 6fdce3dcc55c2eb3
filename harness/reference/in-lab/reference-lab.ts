import { type LoopbackLab, startLoopbackLab } from '../../lab/loopback.ts';
import { SMARTHOST_NAME, SMARTHOST_USER } from '../../lab/names.ts';
import type { LabAccess } from '../../model/lab-access.ts';
import type { ReferenceOptions, ReferenceServer } from '../server.ts';
import { faultsOf } from '../site.ts';
import { completeReferenceWorld, REFERENCE_LISTS } from './reference-world.ts';

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
/** A day passes quickly here. */
const REPORTS_MS = 800;

/** How long common servers wait before they try again, in milliseconds. */
const FIVE_MINUTES = 300_000;

/** What of its world the server sees: whom it asks for names, where the others take mail and serve policies. */
export type SeenWorld = Pick<LoopbackLab, 'resolver' | 'mxPort' | 'web'>;

/**
 * Starts a lab on loopback and a reference server whose mail to other domains goes there.
 * @param seenBy makes another world of the lab, such as one where a part of the DNS is somebody else's
 * @throws Error (EADDRNOTAVAIL) where loopback has only one address
 */
export async function startReferenceInLab(
  options: ReferenceOptions = {},
  seenBy: (lab: LoopbackLab) => Promise<SeenWorld> = async (lab) => lab,
): Promise<ReferenceInLab> {
  const [{ startReference }, { createOutbound }, { createExchangers }, { createSigning, signedReport }] =
    await Promise.all([
      import('../server.ts'),
      import('../outbound/outbound.ts'),
      import('../outbound/exchangers.ts'),
      import('../authentication/signing.ts'),
    ]);
  const domain = options.domain ?? DOMAIN;
  const hostname = options.hostname ?? `mail.${domain}`;
  const faulty = faultsOf(options);
  const signing = await createSigning(domain, faulty);
  const lab = await startLoopbackLab(options.smarthost);
  const world = await seenBy(lab).catch(async (failure: unknown) => {
    await lab.close();
    throw failure;
  });
  const host = options.host ?? ownAddress(lab.resolver.host);
  const outbound = createOutbound({
    domain,
    hostname,
    resolver: world.resolver,
    dnsAnchor: lab.dnsAnchor,
    web: world.web,
    port: world.mxPort,
    address: host,
    tlsReports: {
      afterMs: REPORTS_MS,
      sign: (report) => signedReport({ signing: options.signing ?? signing, faulty }, report),
    },
    ...(options.smarthost && lab.smarthost
      ? {
          smarthost: {
            claim: options.smarthost.claim,
            ...passwordFor(options.smarthost),
            hostname: SMARTHOST_NAME,
            user: SMARTHOST_USER,
            endpoint: lab.smarthost,
            authority: lab.web.authority,
          },
        }
      : {}),
    ...(options.life?.slowTo ? { slowTo: options.life.slowTo } : {}),
    ...(options.life?.missesTlsAtRecipient ? { missesTlsAtRecipient: true } : {}),
    ...(options.life?.refusesNextHops ? { refusesNextHops: true } : {}),
    ...(options.life?.introducesItselfByAddress ? { helloName: `[${host}]` } : {}),
    ...(options.life?.retriesLate ? { retryAfterMs: [FIVE_MINUTES] } : {}),
    faulty,
  });
  const exchangers = createExchangers(world.resolver);
  const ends = [() => outbound.close(), async () => exchangers.cancel(), () => lab.close()];
  try {
    const server = await startReference({
      signing,
      ...options,
      domain,
      hostname,
      host,
      ipv6: true,
      relay: options.relay ?? outbound.relay,
      exchangersOf: exchangers.of,
      resolver: world.resolver,
      dmarcReportsMs: REPORTS_MS,
      tlsReports: true,
      blockLists: options.blockLists ?? { ...REFERENCE_LISTS, resolver: world.resolver },
      reputationZones: options.reputationZones ?? REFERENCE_LISTS.reputationZones,
    });
    ends.unshift(() => server.close());
    const { mx } = server.target.endpoints;
    if (mx) outbound.comeHome(mx);
    const admitted = await lab.admit({
      ...server.target,
      ipv6Endpoints: server.ipv6Endpoints,
      outboundMs: OUTBOUND_MS,
    });
    const { certificate } = server;
    const access = await completeReferenceWorld(admitted, { domain, hostname, signing, certificate }, faulty);
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

/** What the server says where the smarthost asks for a login. */
function passwordFor({ password, said }: NonNullable<ReferenceOptions['smarthost']>) {
  return password === undefined ? {} : { password: said ?? password };
}

/**
 * In a network without vantages. 127.0.0.1 would not do: every list of addresses has it for a test entry
 * (RFC 5782 §5).
 */
function ownAddress(resolver: string): string {
  const [first, second, third] = resolver.split('.');
  return `${first}.${Number(second) + 1}.${third}.40`;
}

/** Ends everything in turn, whatever fails; the first failure is told. */
async function endAll(ends: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of ends) await end().catch((failure: unknown) => void failures.push(failure));
  if (failures.length > 0) throw failures[0];
}
