import { createLab, type Lab, type Zone } from 'net-mocks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName } from '../../../model/faults.ts';
import { lines } from '../../../wire/bytes.ts';
import {
  type DestinationScene,
  DOMAIN,
  type TlsaKind,
  TRANSPORT_POLICIES,
} from '../../testing/observations/transport-policies.ts';
import { createOutbound, type Outbound } from '../outbound.ts';

const MESSAGE = lines('Subject: hello', '', 'Good morning.');
/** Time for a message to come, or not, in milliseconds: two attempts fall into it. */
const SEEN_WITHIN = 1_000;
/**
 * Of the destination. A scene may close it and open another at the same port: on 127.0.0.1 the port could in between
 * become the local port of somebody's connection, which takes 127.0.0.1 for its address.
 */
const DESTINATION = '127.88.25.2';

describe('faults of DNSSEC, DANE and MTA-STS, seen by the destination', () => {
  let lab: Lab;
  let port: number;

  beforeEach(async () => {
    lab = await createLab();
    port = 0;
  });
  afterEach(() => lab.close());

  async function openOutbound(faults: readonly FaultName[]): Promise<Outbound> {
    const [{ dns, web }, { dnskey }, { certificate }] = await Promise.all([
      lab.endpoints(),
      lab.dns.trustAnchor(),
      lab.certificates.authority(),
    ]);
    return createOutbound({
      domain: 'home.test',
      hostname: 'mail.home.test',
      resolver: { host: dns.address, port: dns.port },
      dnsAnchor: dnskey.split(' ').at(-1) ?? '',
      web: { port: web.port, authority: certificate },
      port,
      faulty: (fault) => faults.includes(fault),
    });
  }

  async function set({ hosts, signing, certificate, web, script, tlsaFails }: DestinationScene, to: string) {
    const labels = hosts ?? [{ label: 'mx' }];
    const names = certificate ?? [...labels.map(({ label }) => `${label}.${DOMAIN}`), `mx.${to}`];
    const request = { names: [...names] };
    if (port !== 0) await lab.smtp.closeServer({ name: 'mx' });
    const opened = await lab.smtp.open({
      name: 'mx',
      address: DESTINATION,
      port,
      tls: { certificate: request },
      ...(script ? { script } : {}),
    });
    port = opened.endpoint.port;
    const { digests } = await lab.certificates.issue(request);
    const records: Zone['records'] = labels.flatMap(({ label, tlsa }, index) => {
      const name = `${label}.${DOMAIN}`;
      return [
        { name: DOMAIN, type: 'MX', data: { preference: index, exchange: name } },
        { name, type: 'A', data: DESTINATION },
        ...(tlsa ? [tlsaRecord(name, tlsa, digests)] : []),
      ];
    });
    if (to !== DOMAIN) {
      records.push({ name: to, type: 'MX', data: { preference: 0, exchange: `mx.${to}` } });
      records.push({ name: `mx.${to}`, type: 'A', data: DESTINATION });
    }
    if (web) {
      await lab.web.publish({ hosts: [{ host: `mta-sts.${DOMAIN}`, ...web }] });
      records.push({ name: `mta-sts.${DOMAIN}`, type: 'A', data: '127.0.0.1' });
      records.push({ name: `_mta-sts.${DOMAIN}`, type: 'TXT', data: 'v=STSv1; id=1;' });
    }
    const dnssec = signing === null ? {} : { dnssec: signing ?? {} };
    await lab.dns.publish({ zones: [{ origin: DOMAIN, records, ...dnssec }] });
    const faults = [{ name: `_25._tcp.mx.${DOMAIN}`, type: 'TLSA', effect: 'servfail' as const }];
    if (tlsaFails) await lab.dns.setFaults({ faults });
  }

  async function send(outbound: Outbound, recipient: string): Promise<string> {
    await outbound.relay({ sender: '', recipients: [recipient], smtpUtf8: false }, MESSAGE);
    const arrived = await lab.smtp.waitForMessage({ recipient, deadlineMs: SEEN_WITHIN });
    if (!arrived) return 'nothing';
    return arrived.tls ? `inside TLS with ${arrived.tls.serverName ?? 'no name'}` : 'in the clear';
  }

  for (const fault of FAULT_NAMES) {
    const observation = TRANSPORT_POLICIES[fault];
    if (!observation) continue;
    const { scene, before, to = DOMAIN } = observation;
    test.each([
      ['without the fault', [], observation.good],
      ['with it', [fault], observation.faulty],
    ] as const)(`${fault}: %s`, async (_, faults, expected) => {
      await set(before ?? scene, to);
      const outbound = await openOutbound(faults);
      try {
        if (before) {
          expect(await send(outbound, `first@${to}`)).toMatch(/^inside TLS/);
          await set(scene, to);
        }
        expect(await send(outbound, `second@${to}`)).toBe(expected);
      } finally {
        await outbound.close();
      }
    });
  }
});

interface Digests {
  readonly publicKey: string;
  readonly issuerCertificate: string;
}

function tlsaRecord(name: string, kind: TlsaKind, { publicKey, issuerCertificate }: Digests) {
  const forms = {
    matching: { usage: 3, selector: 1, matchingType: 1, certificate: publicKey },
    foreign: { usage: 3, selector: 1, matchingType: 1, certificate: 'ab'.repeat(32) },
    unusable: { usage: 9, selector: 1, matchingType: 1, certificate: publicKey },
    authority: { usage: 2, selector: 0, matchingType: 1, certificate: issuerCertificate },
  } as const;
  return { name: `_25._tcp.${name}`, type: 'TLSA', data: forms[kind] };
}
