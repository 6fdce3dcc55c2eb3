import type { FaultName } from '../model/faults.ts';
import { createDirectory, type Directory } from './accounts.ts';
import { createReporter, type Reporter } from './authentication/aggregate-reports.ts';
import { createLookups, type Lookups } from './authentication/lookups.ts';
import { createServerCertificate, type ServerCertificate } from './certificates.ts';
import type {
  PopBeforeSmtp,
  ReferenceCapability,
  ReferenceLife,
  ReferenceOptions,
  Relay,
} from './options.ts';
import { createRelayGrants, declaredFeature, type RelayGrants } from './pop-before-smtp/grants.ts';
import type { BlockLists, Standing } from './smtp/block-lists.ts';
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
  readonly exchangersOf: ReferenceOptions['exchangersOf'];
  /** Where SPF, DKIM and DMARC of mail from strangers are looked up; undefined where they are not checked. */
  readonly lookups: Lookups | undefined;
  /** How mail of users is signed; undefined where it is not. */
  readonly signing: ReferenceOptions['signing'];
  /** Tells domains what became of mail in their name; undefined where nobody is told. */
  readonly reporter: Reporter | undefined;
  /** Outgoing mail is said to be followed by reports on TLS. */
  readonly tlsReports: boolean;
  /** The relay host by which mail leaves, where there is one; nothing but a claim. */
  readonly smarthost: ReferenceOptions['smarthost'];
  readonly blockLists: BlockLists | undefined;
  /** What the lists said about clients when they came last, by address. */
  readonly standings: Map<string, Standing>;
  readonly reputationZones: readonly string[];
  /** What is declared of POP before SMTP; undefined where it is not offered. */
  readonly popBeforeSmtp: PopBeforeSmtp | undefined;
  readonly grants: RelayGrants;
  /** How much faster than real time the limits of silence pass. */
  readonly timerSpeed: number;
  readonly failureDelayMs: number;
  /** Under a fault: SMTP died, and every client is turned away without a word. */
  smtpIsDead: boolean;
  /** True the first time that this key is asked for. */
  firstVisit(key: string): boolean;
  faulty(fault: FaultName): boolean;
  offers(capability: ReferenceCapability): boolean;
}

export async function createSite(options: ReferenceOptions): Promise<Site> {
  const domain = options.domain ?? 'example.test';
  const hostname = options.hostname ?? `mail.${domain}`;
  const lacking = new Set(options.without);
  const visits = new Set<string>();
  const directory = createDirectory(['alice', 'bob'], domain);
  const faulty = faultsOf(options);
  const popBeforeSmtp = declaredFeature(options.popBeforeSmtp, faulty);
  const lookups = options.resolver && createLookups(options.resolver, options.life?.resolverSays);
  const site: Site = {
    domain,
    hostname,
    directory,
    store: createMailStore(),
    certificate: await createServerCertificate(hostname, [domain], faulty),
    life: options.life ?? {},
    apop: options.apop ?? false,
    smtpIsDead: false,
    relay: options.relay,
    exchangersOf: options.exchangersOf,
    lookups,
    reporter:
      lookups && options.dmarcReportsMs !== undefined
        ? createReporter(() => site, lookups, options.dmarcReportsMs)
        : undefined,
    signing: options.signing,
    tlsReports: options.tlsReports ?? false,
    smarthost: options.smarthost,
    blockLists: options.blockLists,
    standings: new Map(),
    reputationZones: options.reputationZones ?? [],
    popBeforeSmtp,
    grants: createRelayGrants({ feature: popBeforeSmtp, faulty, directory }),
    timerSpeed: options.timerSpeed ?? 1,
    failureDelayMs: options.failureDelayMs ?? 150,
    firstVisit: (key) => !visits.has(key) && visits.add(key).has(key),
    faulty,
    offers: (capability) => !lacking.has(capability),
  };
  return site;
}

/** Whether the server has a fault; who asks is noticed. */
export function faultsOf({ faults, onLook }: Pick<ReferenceOptions, 'faults' | 'onLook'>): Site['faulty'] {
  const had = new Set(faults);
  return (fault) => {
    onLook?.(fault);
    return had.has(fault);
  };
}
