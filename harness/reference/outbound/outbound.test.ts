import { createLab, type Lab } from 'net-mocks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lines } from '../../wire/bytes.ts';
import { createOutbound, type Outbound } from './outbound.ts';

const MESSAGE = lines('Subject: hello', '', '.a line with a dot');
const SENDER = 'sender@home.test';

describe('the outbound queue', () => {
  let lab: Lab;
  let outbound: Outbound;
  let port: number;

  beforeEach(async () => {
    lab = await createLab({ smtp: [{ name: 'mx', tls: {}, hostname: 'mx.x.test' }] });
    const { dns } = await lab.endpoints();
    const { servers } = await lab.smtp.servers();
    port = servers[0]?.endpoint.port ?? 0;
    outbound = createOutbound({
      domain: 'home.test',
      hostname: 'mail.home.test',
      resolver: { host: dns.address, port: dns.port },
      port,
    });
    await lab.dns.publish({
      zones: [
        {
          origin: 'x.test',
          records: [
            { name: 'x.test', type: 'MX', data: { preference: 20, exchange: 'mx.x.test' } },
            { name: 'x.test', type: 'MX', data: { preference: 10, exchange: 'closed.x.test' } },
            { name: 'mx.x.test', type: 'A', data: '127.0.0.1' },
            // Nobody listens there on this port.
            { name: 'closed.x.test', type: 'A', data: '127.0.0.9' },
          ],
        },
        { origin: 'only-a.test', records: [{ name: 'only-a.test', type: 'A', data: '127.0.0.1' }] },
        {
          origin: 'null.test',
          records: [{ name: 'null.test', type: 'MX', data: { preference: 0, exchange: '.' } }],
        },
        {
          origin: 'sender.test',
          records: [{ name: 'sender.test', type: 'MX', data: { preference: 1, exchange: 'mx.x.test' } }],
        },
      ],
    });
  });
  afterEach(async () => {
    await outbound.close();
    await lab.close();
  });

  const send = (sender: string, ...recipients: readonly string[]) =>
    outbound.relay({ sender, recipients, smtpUtf8: false }, MESSAGE);
  const arrives = (recipient: string) => lab.smtp.waitForMessage({ recipient, deadlineMs: 20_000 });

  test('delivers by MX in order of preference, inside TLS, octet for octet', async () => {
    await send(SENDER, 'a@x.test', 'b@X.TEST');
    const message = await arrives('a@x.test');
    expect(message?.content.equals(MESSAGE)).toBe(true);
    expect(message).toMatchObject({ hello: 'mail.home.test', tls: { serverName: 'mx.x.test' } });
    expect(message?.envelope.to.map(({ address }) => address)).toEqual(['a@x.test', 'b@X.TEST']);
  });

  test('delivers to the address of a domain without MX, and to an address literal', async () => {
    await send(SENDER, 'a@only-a.test');
    await send(SENDER, 'a@[127.0.0.1]');
    expect(await arrives('a@only-a.test')).not.toBeNull();
    expect(await arrives('a@[127.0.0.1]')).not.toBeNull();
  });

  test('delivers in the clear where TLS is offered and fails', async () => {
    await lab.smtp.setScript({ name: 'mx', script: [{ stage: 'handshake', handshake: 'alert' }] });
    await send(SENDER, 'a@x.test');
    expect(await arrives('a@x.test')).toMatchObject({ tls: null });
  });

  test('tries again after a temporary refusal, and when the DNS fails for a moment', async () => {
    await lab.smtp.setScript({
      name: 'mx',
      script: [{ stage: 'RCPT', times: 2, reply: { code: 450, lines: ['4.7.1 later'] } }],
    });
    await lab.dns.setFaults({ faults: [{ name: 'x.test', effect: 'servfail', times: 1 }] });
    await send(SENDER, 'a@x.test');
    expect(await arrives('a@x.test')).not.toBeNull();
  });

  test.each([
    ['a refusal', 'refused@x.test', '550 5.1.1 nobody'],
    ['a null MX', 'a@null.test', 'takes no mail'],
    ['a domain that does not exist', 'a@absent.test', 'Nobody is known'],
  ])('reports %s to the sender', async (_what, recipient, reason) => {
    await lab.smtp.setScript({
      name: 'mx',
      script: [{ stage: 'RCPT', contains: 'refused', reply: { code: 550, lines: ['5.1.1 nobody'] } }],
    });
    await send('someone@sender.test', recipient);
    const report = await arrives('someone@sender.test');
    expect(report?.envelope.from.address).toBe('');
    const text = report?.content.toString();
    expect(text).toContain('Content-Type: multipart/report; report-type=delivery-status');
    expect(text).toContain(`Final-Recipient: rfc822;${recipient}`);
    expect(text).toContain(reason);
    expect(text).toContain('Subject: hello');
  });

  test('brings reports about mail of its own users home', async () => {
    await lab.smtp.open({ name: 'home', address: '127.0.0.7', port });
    outbound.comeHome({ host: '127.0.0.7', port });
    await send(SENDER, 'a@absent.test');
    expect(await arrives(SENDER)).toMatchObject({ server: 'home' });
  });

  test('reports nothing about a report', async () => {
    await lab.smtp.setScript({
      name: 'mx',
      script: [{ stage: 'RCPT', times: 1, reply: { code: 550, lines: ['5.1.1 nobody'] } }],
    });
    await send('', 'a@x.test');
    await lab.smtp.waitForSession({ ended: true, mentions: 'a@x.test', deadlineMs: 20_000 });
    await send(SENDER, 'later@x.test');
    await arrives('later@x.test');
    const { entries } = await lab.smtp.messages();
    expect(entries).toHaveLength(1);
  });

  test('ends with what is still queued', async () => {
    await lab.dns.setFaults({ faults: [{ name: 'x.test', effect: 'drop' }] });
    await send(SENDER, 'a@x.test');
    await lab.dns.waitForQuery({ name: 'x.test', deadlineMs: 20_000 });
    await outbound.close();
    await lab.dns.clearFaults();
    expect(await lab.smtp.messages()).toMatchObject({ entries: [] });
  });
});
