import { createHash, X509Certificate } from 'node:crypto';
import { check } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireDane } from './claims.ts';
import { awaited, publishDestination, type Tlsa } from './destination.ts';
import { assertAttempted, describe, mustArrive, outcomesOf } from './outcome.ts';
import { OUTGOING } from './outgoing-mail.ts';

export const pinnedKeyAuthenticates = check(
  {
    ...OUTGOING,
    id: 'TPOL-002',
    slug: 'pinned-key-authenticates',
    title: 'DANE positive control: a DANE-EE(3) match authenticates regardless of name, issuer and expiry',
    sends:
      'as the first account: messages to signed domains with a matching TLSA record (3 1 1, 3 0 1, 3 1 2) whose server has a self-signed, expired certificate for another name',
    demands: 'the TLSA record is looked up, and the message arrives inside TLS',
    level: 'MUST',
    severity: 'high',
    clauses: [
      'rfc7672#3.1.1',
      'rfc7672#3.2.1',
      'rfc7672#2.2.3',
      'rfc7672#2.1.2',
      'rfc7672#2.2.1',
      'bsi-tr-03108#4.1.6',
    ],
    waits: expectedDeliveries(1),
    upholds: ['outgoing-policies.dane'],
    kills: ['dane-demands-name-of-pinned-key', 'outbound-without-dane'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireDane(services);
    const certificate = {
      variant: 'self-signed-expired',
      names: [`elsewhere-${services.nonce}.test`],
    } as const;
    const { chain, digests } = await lab().certificates.issue({
      ...certificate,
      names: [...certificate.names],
    });
    const spki = new X509Certificate(chain).publicKey.export({ type: 'spki', format: 'der' });
    const records: readonly Tlsa[] = [
      [3, 1, 1, digests.publicKey],
      [3, 0, 1, digests.certificate],
      [3, 1, 2, createHash('sha512').update(spki).digest('hex')],
    ];
    const receiver = await lab().receiver({
      label: 'pinned',
      publish: false,
      tls: { certificate: { ...certificate, names: [...certificate.names] } },
    });
    const destinations = await Promise.all(
      records.map((record) =>
        publishDestination(services, lab().domain(`tlsa-${record.slice(0, 3).join('-')}`), {
          hosts: [{ receiver, tlsa: [record] }],
          signing: {},
        }),
      ),
    );
    await makeTargetSend(
      services,
      destinations.map(({ recipient }) => recipient),
    );
    const outcomes = await outcomesOf(services, destinations.map(awaited));
    for (const [index, [usage, selector, matchingType]] of records.entries()) {
      await variant(`TLSA ${usage} ${selector} ${matchingType}`, async (verify) => {
        const outcome = outcomes[index];
        if (!outcome) return;
        assertAttempted(services, outcome);
        mustArrive(services, verify, outcome, 'a server whose key matches the TLSA record gets the message');
        verify.ideally.that(outcome.asked.includes('TLSA'), {
          demand: 'the TLSA record of the server is looked up',
          expected: 'a query for TLSA',
          actual: describe(outcome),
        });
      });
    }
  },
);
