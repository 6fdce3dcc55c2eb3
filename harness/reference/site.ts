import { createDirectory, type Directory } from './accounts.ts';
import { createServerCertificate, type ServerCertificate } from './certificates.ts';
import type { FaultName } from './faults.ts';
import type { ReferenceCapability, ReferenceLife, ReferenceOptions, Relay } from './options.ts';
import { createMailStore, type MailStore } from './store/mail-store.ts';

/** What all servers of one reference share: whose mail it is, what they know, how they are switched. */
export interface Site {
  readonly domain: string;
  readonly hostname: string;
  readonly directory: Directory;
  readonly store: MailStore;
  readonly certificate: ServerCertificate;
  readonly life: ReferenceLife;
  readonly apop: boolean;
  readonly relay: Relay | undefined;
  readonly failureDelayMs: number;
  /** True the first time that this key is asked for. */
  firstVisit(key: string): boolean;
  faulty(fault: FaultName): boolean;
  offers(capability: ReferenceCapability): boolean;
}

export async function createSite(options: ReferenceOptions): Promise<Site> {
  const domain = options.domain ?? 'example.test';
  const hostname = options.hostname ?? `mail.${domain}`;
  const faults = new Set(options.faults);
  const lacking = new Set(options.without);
  const visits = new Set<string>();
  return {
    domain,
    hostname,
    directory: createDirectory(['alice', 'bob'], domain),
    store: createMailStore(),
    certificate: await createServerCertificate(hostname),
    life: options.life ?? {},
    apop: options.apop ?? false,
    relay: options.relay,
    failureDelayMs: options.failureDelayMs ?? 150,
    firstVisit: (key) => !visits.has(key) && visits.add(key).has(key),
    faulty: (fault) => faults.has(fault),
    offers: (capability) => !lacking.has(capability),
  };
}
