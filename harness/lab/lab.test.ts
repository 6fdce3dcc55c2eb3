import { randomBytes } from 'node:crypto';
import { connectLab } from 'net-mocks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabAccess } from '../model/lab-access.ts';
import { Inconclusive } from '../model/outcomes.ts';
import type { Target } from '../model/target.ts';
import { startReferenceInLab } from '../reference/in-lab/reference-lab.ts';
import { startTarget } from '../targets/drivers/start.ts';
import { loadTargets } from '../targets/load.ts';
import { engineForTests } from '../targets/testing/engine.ts';
import { reversedAddress } from '../wire/reversed-address.ts';
import { openWorld, submit } from './testing/open-world.ts';

interface LabUnderTest {
  readonly target: Target;
  readonly access: LabAccess;
  stop(): Promise<void>;
}

async function startOnLoopback(): Promise<LabUnderTest> {
  const { server, access, close } = await startReferenceInLab();
  return { target: server.target, access, stop: close };
}

async function startBesideContainer(): Promise<LabUnderTest> {
  const declaration = (await loadTargets('targets.yaml')).find(({ name }) => name === 'postfix-dovecot');
  if (!declaration) throw new Error('targets.yaml declares no postfix-dovecot.');
  const runId = `test-${randomBytes(6).toString('hex')}`;
  const { target, lab, stop } = await startTarget(declaration, {
    runId,
    signal: new AbortController().signal,
  });
  if (!lab) throw new Error('The container has no lab.');
  return { target, access: lab, stop };
}

const hasEngine = await engineForTests('the lab beside a container');

describe.each([
  { form: 'on loopback, with the reference server', start: startOnLoopback, here: true },
  { form: 'in a sidecar, with Postfix', start: startBesideContainer, here: hasEngine },
])('a lab $form', ({ start, here }) => {
  let target: Target;
  let access: LabAccess;
  let stop = async () => {};
  const inWorld = () => openWorld(target, access);
  const mocks = () => connectLab(access.control.url, { token: access.control.token });

  beforeAll(async () => {
    if (here) ({ target, access, stop } = await start());
  });
  afterAll(() => stop());

  test.skipIf(!here)('can be told to a worker', () => {
    expect(structuredClone(access)).toEqual(access);
  });

  test.skipIf(!here)('has three vantages, two of them in one network, none of it that of the target', () => {
    const networks = access.vantages.map(({ network }) => network);
    expect(networks).toHaveLength(3);
    expect(networks[0]).toBe(networks[1]);
    expect(networks[2]).not.toBe(networks[0]);
    const [targetNetwork] = /^\d+\.\d+\.\d+\./.exec(access.addresses.target) ?? [];
    expect(networks.filter((network) => network.startsWith(targetNetwork ?? ''))).toEqual([]);
  });

  test.skipIf(!here)('delivers what an account submits, and the target saw the vantage', async () => {
    await using open = inWorld();
    const { world, nonce } = open;
    for (const { name } of world.vantages) {
      await submit(open, target, await world.externalRecipient(`from-${name}`), name);
    }
    for (const { name, address } of world.vantages) {
      const message = await world.waitForMessage({ token: `from-${name}` });
      expect(message).toMatchObject({
        kind: 'delivery',
        sender: target.accounts[0]?.address,
        recipients: [`ext-from-${name}@sink-${nonce}.example`],
        hello: target.hostname,
        clientAddress: access.addresses.target,
        tls: { established: true },
        code: 250,
      });
      expect(message?.content.toString()).toContain(`[${address}]`);
      expect(message?.content.toString()).toContain(`token ${nonce}`);
    }
    expect(await world.messages({ token: nonce })).toHaveLength(world.vantages.length);
    expect(await world.messages({ kind: 'report' })).toEqual([]);
  });

  test.skipIf(!here)('has the same clients over IPv6, each with a name that leads back', async () => {
    await using open = inWorld();
    const { world } = open;
    const clients = access.ipv6?.vantages ?? [];
    expect(clients.map(({ name }) => name)).toEqual(['first-ipv6', 'neighbour-ipv6', 'distant-ipv6']);
    for (const { name, address } of clients) {
      await submit(open, target, await world.externalRecipient(name), name);
      const message = await world.waitForMessage({ token: name });
      expect(message?.content.toString()).toContain(`[IPv6:${address}]`);
      // Mail leaves over IPv4, as ever: no name of the lab's servers has an IPv6 address.
      expect(message?.clientAddress).toBe(access.addresses.target);
      const reverse = await world.dns.lookup(`${reversedAddress(address)}.ip6.arpa`, 'PTR');
      expect(reverse.records).toMatchObject([{ data: `${name}.mailspec.example` }]);
      const forward = await world.dns.lookup(`${name}.mailspec.example`, 'AAAA');
      expect(forward.records).toMatchObject([{ data: address }]);
    }
  });

  test.skipIf(!here)('takes the first vantage where none is named', async () => {
    await using open = inWorld();
    await submit(open, target, await open.world.externalRecipient('plain'));
    const message = await open.world.waitForMessage({ token: 'plain' });
    expect(message?.content.toString()).toContain(`[${access.vantages[0]?.address}]`);
    expect(open.recorder.events.find(({ kind }) => kind === 'connect')).toMatchObject({
      localAddress: expect.stringContaining(access.vantages[0]?.address ?? ''),
    });
  });

  test.skipIf(!here)('knows no vantage by another name', async () => {
    await using open = inWorld();
    await expect(open.sessions.smtp({ vantage: 'moon' })).rejects.toThrow(/first, neighbour, distant/);
  });

  test.skipIf(!here)('gives null when nothing comes, and sees nothing of other checks', async () => {
    await using one = inWorld();
    await using other = inWorld();
    await submit(one, target, await one.world.externalRecipient('mine'));
    expect(await one.world.waitForMessage({ token: 'mine' })).not.toBeNull();
    expect(await other.world.waitForMessage({ withinMs: 100 })).toBeNull();
    expect(await other.world.messages()).toEqual([]);
  });

  test.skipIf(!here)('runs receiving servers side by side, each with its script', async () => {
    await using open = inWorld();
    const [polite, strict] = await Promise.all([
      open.world.receiver({ label: 'polite', tls: null }),
      open.world.receiver({
        label: 'strict',
        script: [{ stage: 'RCPT', reply: { code: 550, lines: ['5.1.1 nobody'] } }],
      }),
    ]);
    expect(polite.address).not.toBe(strict.address);
    await submit(open, target, `someone@${polite.domain}`);
    await submit(open, target, `someone@${strict.domain}`);
    const message = await polite.waitForMessage();
    expect(message).toMatchObject({ kind: 'delivery', tls: null, recipients: [`someone@${polite.domain}`] });
    const refused = await strict.waitForSession();
    expect(refused?.commands).toContainEqual(expect.objectContaining({ verb: 'RCPT', code: 550 }));
    expect(refused?.tls).toMatchObject({ established: true });
    expect(await strict.messages()).toEqual([]);
  });

  test.skipIf(!here)('has faults in the DNS and tells who asked', async () => {
    await using open = inWorld();
    const { world } = open;
    const domain = world.domain('unresolved');
    await world.dns.publish(domain, [{ name: domain, type: 'A', data: access.addresses.sink }]);
    await world.dns.fault({ name: domain, effect: 'servfail' });
    await submit(open, target, `someone@${domain}`);
    const query = await world.dns.waitForQuery({ name: domain, type: 'MX' });
    expect(query).toMatchObject({ rcode: 'SERVFAIL' });
    expect(await world.dns.queries({ name: domain })).not.toEqual([]);
    expect(await world.dns.waitForQuery({ name: world.domain('unasked'), withinMs: 50 })).toBeNull();
  });

  test.skipIf(!here)('keeps checks to names of their own', async () => {
    await using open = inWorld();
    const record = { name: 'x.example.test', type: 'A', data: '192.0.2.1' };
    await expect(open.world.dns.publish('x.example.test', [record])).rejects.toThrow(/nonce/);
    await expect(open.world.dns.fault({ name: target.domain, effect: 'drop' })).rejects.toThrow(/nonce/);
    expect(() => open.world.domain('Two.Labels')).toThrow(/label/);
  });

  test.skipIf(!here)('puts a man in the middle in front of a role', async () => {
    await using open = inWorld();
    const middle = await open.world.intercept('submission', { kind: 'strip-capability' });
    const stripped = await open.sessions.smtp({ role: 'submission', at: 'ready', through: middle });
    expect([...(stripped.capabilities?.keywords.keys() ?? [])]).not.toContain('STARTTLS');
    await stripped.quit();
    await middle.setMode({ kind: 'pass' });
    const honest = await open.sessions.smtp({ role: 'submission', at: 'tls', through: middle });
    expect(honest.connection.tls).toBeDefined();
    await honest.quit();
    expect(await middle.waitForSession({ withinMs: 5_000 })).toMatchObject({ mode: 'strip-capability' });
    await expect(open.sessions.smtp({ role: 'mx', through: middle })).rejects.toThrow(
      /in front of submission/,
    );
  });

  test.skipIf(!here)('withdraws what a check opened, and gives its addresses to others', async () => {
    const open = inWorld();
    const { world, nonce } = open;
    await world.externalRecipient('gone');
    const { address } = await world.receiver();
    await world.intercept('mx', { kind: 'pass' });
    await world.dns.fault({ name: world.domain('rx'), effect: 'servfail' });
    await world.web.publish({ host: `www.${world.domain('rx')}` });
    await open[Symbol.asyncDispose]();

    const lab = mocks();
    const left = JSON.stringify([
      await lab.dns.zones(),
      await lab.smtp.servers(),
      await lab.mitm.proxies(),
      await lab.web.hosts(),
    ]);
    expect(left).not.toContain(nonce);
    // The port is free again: a server of a later check can have it.
    await lab.smtp.open({ name: 'later', address, port: access.receivers.port });
    await lab.smtp.closeServer({ name: 'later' });
    await lab.close();
  });

  test.skipIf(!here)('needs its token', async () => {
    await expect(connectLab(access.control.url, { token: 'guess' }).dns.zones()).rejects.toMatchObject({
      status: 401,
    });
  });

  test.skipIf(!here)('that does not answer is a matter of the environment', async () => {
    const gone = { ...access, control: { ...access.control, url: 'http://127.0.0.1:1' } };
    await using open = openWorld(target, gone);
    const failure = await open.world.externalRecipient('x').catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(Inconclusive);
    expect(failure).toMatchObject({ why: 'environment' });
  });
});
