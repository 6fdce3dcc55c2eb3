import type { CertificateStore } from '../certificates/store.ts';
import { createJournal } from '../journal/journal.ts';
import type { ReceivedMessage, SmtpSession } from '../smtp/capture.ts';
import type { Destination, Represented } from '../smtp/on-behalf.ts';
import { parseSmtpServer } from '../smtp/options.ts';
import { writeReply } from '../smtp/rules.ts';
import { type SmtpServer, type SmtpSurroundings, startSmtpServer } from '../smtp/server.ts';
import { domainOf, type RunLab } from './run-lab.ts';

/**
 * The receiving server that all runs share. It takes mail for a run that is there, for a domain that this run has
 * published, and belongs to that run from then on: what is said in a session, one run alone may read. All else is
 * refused, and nothing of it is kept.
 */
export function startSharedReceiver(options: {
  readonly address: string;
  readonly port: number;
  readonly hostname: string;
  readonly certificates: CertificateStore;
  readonly runOf: (domain: string) => RunLab | undefined;
  readonly serves: SmtpSurroundings['serves'];
  readonly mostOctets: number;
}): Promise<SmtpServer> {
  const { address, port, hostname, certificates, runOf, serves, mostOctets } = options;
  const settings = parseSmtpServer(
    { name: 'shared', address, port, hostname, tls: {}, relayHost: true },
    'mail',
  );
  return startSmtpServer(settings, {
    certificates,
    // A session that names no recipient of a run is nobody's.
    records: { sessions: keptByNobody<SmtpSession>(), messages: keptByNobody<ReceivedMessage>() },
    destinations: () => destinationsIn(runOf),
    ...(serves ? { serves } : {}),
    mostOctets,
  });
}

/** Whom the recipients of one session belong to. */
function destinationsIn(runOf: (domain: string) => RunLab | undefined): (address: string) => Destination {
  let taken: RunLab | undefined;
  const known = new Map<string, Represented>();
  return (address) => {
    const domain = domainOf(address);
    const run = domain === '' ? undefined : runOf(domain);
    if (run === undefined) return { refusal: writeReply(550, ['5.7.1 No mail for others is taken here']) };
    if (taken !== undefined && taken !== run)
      return { refusal: writeReply(451, ['4.5.3 One run in a session; try again in another one']) };
    const found = run.receiverOf(domain);
    if ('none' in found) return { refusal: REFUSALS[found.none] };
    taken = run;
    const server = known.get(found.server.name) ?? found.server;
    known.set(server.name, server);
    return { server };
  };
}

const REFUSALS = {
  nowhere: writeReply(550, ['5.1.2 Nobody is known to take mail for the domain']),
  'null-mx': writeReply(556, ['5.1.10 The domain takes no mail (null MX)']),
  full: writeReply(452, ['4.2.2 The run has received as much as it may']),
} as const;

/** Numbers entries, and forgets each with the next one. */
function keptByNobody<T extends object>() {
  return createJournal<T>(1);
}
