import { type Claims, claimsOf } from '../model/claims.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { ROLE_NAMES, type Role } from '../model/roles.ts';
import type { Target } from '../model/target.ts';
import { timingOf } from '../model/timing.ts';
import { serveImap } from './imap/imap-server.ts';
import type { PopBeforeSmtp, ReferenceOptions } from './options.ts';
import { forwardingOf } from './outbound/forwarding.ts';
import { TLS_REQUIRED_DOMAIN } from './outbound/required-tls.ts';
import { servePop3 } from './pop3/pop3-server.ts';
import { createAdmission } from './session/admission.ts';
import { type ClosedPort, holdClosedPort } from './session/closed-port.ts';
import type { ServerConnection } from './session/connection.ts';
import { type Listener, listen } from './session/listener.ts';
import { createSite, type Site } from './site.ts';
import { serveSmtp } from './smtp/smtp-server.ts';
import type { StoredMessage } from './store/mailbox.ts';
import { conductTls } from './tls/conduct.ts';

export type { FaultName } from '../model/faults.ts';
export type * from './options.ts';
export type { StoredMessage } from './store/mailbox.ts';

/** A running reference server. */
export interface ReferenceServer {
  /** The server as a target that is ready to be audited. */
  readonly target: Target;
  /** Where clients with IPv6 addresses connect, and announce them; empty where none were asked for. */
  readonly ipv6Endpoints: Readonly<Partial<Record<Role, Endpoint>>>;
  /** DER of the certificate that it shows. */
  readonly certificate: Buffer;
  /** What lies in the INBOX of an account, oldest first; empty for an address nobody has. */
  mailbox(address: string): readonly StoredMessage[];
  /** The bearer token that OAUTHBEARER and XOAUTH2 accept for an account. */
  bearerToken(address: string): string | undefined;
  /**
   * Ends every port, connection and timer.
   * @throws AggregateError when a session ended in a defect of the server itself
   */
  close(): Promise<void>;
}

/**
 * Starts SMTP, POP3 and IMAP servers on free ports: well-behaved, but for the faults switched on, and
 * without the capabilities switched off.
 */
export async function startReference(options: ReferenceOptions = {}): Promise<ReferenceServer> {
  const site = await createSite(options);
  const host = options.host ?? '127.0.0.1';
  const admission = createAdmission(site.life.admits ?? {}, (connection) =>
    connection.startTls(site.certificate.context),
  );
  const listeners: Listener[] = [];
  const closedPorts: ClosedPort[] = [];
  const open = async (role: Role, isOpen: boolean, announced?: true): Promise<Endpoint> => {
    if (!isOpen) {
      const closed = await holdClosedPort(host);
      closedPorts.push(closed);
      return closed.endpoint;
    }
    const replyDelayMs = site.life.replyDelayMs ?? 0;
    const listener = await listen({ host, replyDelayMs, ...(announced ? { announced } : {}) }, (connection) =>
      admission.admit(role, connection, () => serve(site, role, conductTls(site, role, connection))),
    );
    listeners.push(listener);
    return listener.endpoint;
  };
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  const ipv6Endpoints: Partial<Record<Role, Endpoint>> = {};
  const answersOverIpv6 = !site.faulty('ipv6-address-unanswered');
  for (const role of ROLE_NAMES.filter((name) => site.offers(name))) {
    endpoints[role] = await open(role, !isClosed(site, role));
    if (options.ipv6) ipv6Endpoints[role] = await open(role, answersOverIpv6 && !isClosed(site, role), true);
  }
  return {
    target: targetOf(site, endpoints),
    ipv6Endpoints,
    certificate: site.certificate.der,
    mailbox(address) {
      const account = site.directory.find(address);
      return account ? [...site.store.of(account.address).inbox.messages] : [];
    },
    bearerToken: (address) => site.directory.find(address)?.token,
    async close() {
      await Promise.all(closedPorts.map((closed) => closed.release()));
      await Promise.all(listeners.map((listener) => listener.close()));
      site.reporter?.close();
      site.lookups?.cancel();
    },
  };
}

/** Declared, and refusing connections: a fault; a role that is switched off is not declared at all. */
function isClosed(site: Site, role: Role): boolean {
  if (role === 'submission') return site.faulty('submission-closed');
  if (role === 'imaps') return site.faulty('imaps-closed');
  if (role === 'pop3s') return site.faulty('pop3s-closed');
  if (role === 'submissions')
    return site.faulty('submissions-closed') || site.faulty('submission-without-tls');
  return false;
}

function serve(site: Site, role: Role, connection: ServerConnection): Promise<void> {
  switch (role) {
    case 'mx':
    case 'submission':
    case 'submissions':
      return serveSmtp(site, role, connection);
    case 'pop3':
    case 'pop3s':
      return servePop3(site, role, connection);
    case 'imap':
    case 'imaps':
      return serveImap(site, role, connection);
  }
}

/** A domain in whose name nobody sends mail. */
export function parkedDomain(domain: string): string {
  return `parked.${domain}`;
}

/** Reports come after a day of 0.8 s; a loaded machine takes longer. */
const REPORTS_WITHIN = '8s';

function claimsOfSite(site: Site): Claims {
  const { domain, popBeforeSmtp, blockLists } = site;
  const forwards = forwardingOf(site);
  return claimsOf({
    'public-mx': true,
    'removes-received': site.life.removesReceived ?? false,
    'submission-requires-tls': true,
    'tls-required-destinations': [TLS_REQUIRED_DOMAIN],
    dnsbl: {
      zones: [...(blockLists?.zones ?? [])],
      'allow-zones': [...(blockLists?.allowZones ?? [])],
      'reputation-zones': [...site.reputationZones],
    },
    op25b: { declared: true },
    'client-records': domain,
    'published-policies': domain,
    'outgoing-policies': {
      dane: true,
      'mta-sts': true,
      ...(site.tlsReports ? { 'tls-reports': REPORTS_WITHIN } : {}),
    },
    'inbound-authentication': { spf: 'mark', dkim: 'mark', dmarc: 'reject' },
    'sender-identity': 'enforced',
    'sender-domains': [domain],
    'non-sending-domains': [parkedDomain(domain)],
    ...(popBeforeSmtp ? { 'pop-before-smtp': windowOf(popBeforeSmtp) } : {}),
    ...(site.reporter ? { 'dmarc-reports': REPORTS_WITHIN } : {}),
    ...(forwards ? { forwards } : {}),
    ...(site.smarthost ? { smarthost: site.smarthost.claim } : {}),
  });
}

/** A server in this process closes a window at once; half a second is for the way there and back. */
function windowOf({ windowMs, imap = false }: PopBeforeSmtp) {
  return { window: `${windowMs}ms`, granularity: '500ms', imap };
}

function targetOf(site: Site, endpoints: Target['endpoints']): Target {
  return {
    name: 'reference',
    driver: 'reference',
    domain: site.domain,
    hostname: site.hostname,
    endpoints,
    accounts: site.directory.accounts.map(({ address, password }) => ({
      address,
      login: address,
      password,
      disposable: true,
      cleartextSecret: true,
    })),
    trustAnchor: site.certificate.trustAnchor,
    connections: 32,
    permissions: ['safe', 'sends-mail', 'intrusive', 'destructive'],
    claims: claimsOfSite(site),
    timing: {
      ...timingOf({
        reply: '3s',
        quiet: '150ms',
        slack: '0s',
        'retry-after': ['50ms', '200ms'],
        'login-effect': ['50ms', '300ms', '1s'],
      }),
      autologoutSpeed: site.timerSpeed === 1 ? undefined : site.timerSpeed,
    },
  };
}
