import { createLab, type Lab } from 'net-mocks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName } from '../../model/faults.ts';
import { lines } from '../../wire/bytes.ts';
import {
  OPEN,
  OUTGOING_MAIL,
  type OutgoingObservation,
  STRICT,
  told,
} from '../testing/observations/outgoing-mail.ts';
import { createOutbound } from './outbound.ts';

const MESSAGE = lines('Subject: hello', '', ...Array.from({ length: 40 }, () => 'x'.repeat(60)));
describe('faults of outgoing mail, seen by the next hop', () => {
  let lab: Lab;

  beforeEach(async () => {
    const plain = ['PIPELINING', 'CHUNKING', 'SIZE 1000', 'STARTTLS'];
    lab = await createLab({
      smtp: [{ name: 'mx', tls: {}, hostname: 'mx.open.test', extensions: { plain, tls: ['8BITMIME'] } }],
    });
    await lab.dns.publish({
      zones: [OPEN, STRICT].map((origin) => ({
        origin,
        records: [
          { name: origin, type: 'MX', data: { preference: 10, exchange: `mx.${origin}` } },
          { name: `mx.${origin}`, type: 'A', data: '127.0.0.1' },
        ],
      })),
    });
  });
  afterEach(() => lab.close());

  /** What the next hop saw of the first connection, or that nobody came though the name was asked for. */
  async function observe(
    faults: readonly FaultName[],
    { to = OPEN, script = [], see = told }: OutgoingObservation,
  ) {
    await lab.smtp.setScript({ name: 'mx', script });
    const [{ dns }, { servers }, before] = await Promise.all([
      lab.endpoints(),
      lab.smtp.servers(),
      lab.smtp.sessions({}),
    ]);
    const outbound = createOutbound({
      domain: 'home.test',
      hostname: 'mail.home.test',
      resolver: { host: dns.address, port: dns.port },
      port: servers[0]?.endpoint.port ?? 0,
      faulty: (fault) => faults.includes(fault),
    });
    const swallowed = faults.includes('outbound-swallows-mail');
    try {
      await outbound.relay({ sender: 'a@home.test', recipients: [`b@${to}`], smtpUtf8: false }, MESSAGE);
      const since = (before.entries.at(-1)?.seq ?? 0) + 1;
      const deadlineMs = swallowed ? 500 : 10_000;
      const session = await lab.smtp.waitForSession({ since, ended: true, deadlineMs });
      return session ? see(session) : 'nobody came';
    } finally {
      await outbound.close();
    }
  }

  for (const fault of FAULT_NAMES) {
    const observation = OUTGOING_MAIL[fault];
    if (!observation) continue;
    test(fault, async () => {
      expect(await observe([], observation)).toMatch(observation.good);
      expect(await observe([fault], observation)).toMatch(observation.faulty);
    });
  }
});
