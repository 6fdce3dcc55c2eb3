import type { Receiver, Services } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import {
  awaited,
  type Destination,
  hostName,
  policyHost,
  publishDestination,
  stsPolicy,
  type Tlsa,
} from './destination.ts';
import { describe, type Outcome } from './outcome.ts';

/** A receiving server with a good certificate, for these hosts. */
export async function goodReceiver(
  { lab }: Services,
  names: readonly string[],
): Promise<{ readonly receiver: Receiver; readonly pinned: Tlsa; readonly pinnedAuthority: Tlsa }> {
  const certificate = { names: [...names] };
  const { digests } = await lab().certificates.issue(certificate);
  return {
    receiver: await lab().receiver({ label: 'good', publish: false, tls: { certificate } }),
    pinned: [3, 1, 1, digests.publicKey],
    pinnedAuthority: [2, 0, 1, digests.issuerCertificate],
  };
}

/** A signed domain whose server is what its TLSA record says. */
export async function daneControl(services: Services): Promise<Destination> {
  const domain = services.lab().domain('dane-control');
  const { receiver, pinned } = await goodReceiver(services, [hostName(domain)]);
  return awaited(
    await publishDestination(services, domain, { hosts: [{ receiver, tlsa: [pinned] }], signing: {} }),
  );
}

/** Ends the check where DANE does not work at all: what is not delivered then proves nothing. */
export function assertDaneWorks({ inconclusive, definition }: Services, control: Outcome): void {
  if (control.arrived?.tls && control.asked.includes('TLSA')) return;
  inconclusive(
    'precondition',
    `${definition.id} needs DANE to work for a server that matches its TLSA record, and here it does not: ${describe(control)}.`,
  );
}

/** A domain whose server satisfies its enforced policy. */
export async function stsControl(services: Services): Promise<Destination> {
  const domain = services.lab().domain('sts-control');
  const { receiver } = await goodReceiver(services, [hostName(domain)]);
  const policy = { web: { policy: stsPolicy(services, [hostName(domain)]) } };
  return awaited(await publishDestination(services, domain, { hosts: [{ receiver }], policy }));
}

/** Ends the check where MTA-STS does not work at all: what is not delivered then proves nothing. */
export async function assertStsWorks(services: Services, control: Outcome): Promise<void> {
  const { lab, inconclusive, definition } = services;
  const host = policyHost(control.destination.domain);
  if (!(await lab().web.waitForRequest({ host }))) {
    // A policy that was not to be had in time is asked for again with the next message (RFC 8461 §5.1).
    await makeTargetSend(services, [control.destination.recipient]);
    await lab().web.waitForRequest({ host });
  }
  const requests = await lab().web.requests();
  if (control.arrived?.tls && requests.some((request) => request.host === host)) return;
  inconclusive(
    'precondition',
    `${definition.id} needs MTA-STS to work for a server that satisfies its policy, and here it does not: ${describe(control)}, ${requests.length} HTTPS requests.`,
  );
}
