import { randomBytes } from 'node:crypto';
import { connectLab } from 'net-mocks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine, type Docker, type Engine } from '../../containers/engine.ts';
import { OWNER_LABEL, ownerState, RUN_LABEL, TARGET_LABEL } from '../../containers/labels.ts';
import { type RunningTarget, startTarget } from '../../targets/drivers/start.ts';
import { loadTargets, type TargetDeclaration } from '../../targets/load.ts';
import { engineForTests } from '../../targets/testing/engine.ts';
import { createTargetsFolder, GREETER, type TargetsFolder } from '../../targets/testing/targets-file.ts';
import { openWorld, submit } from '../testing/open-world.ts';

const hasEngine = await engineForTests('labs in sidecars');
const newRun = () => `test-${randomBytes(6).toString('hex')}`;
const { signal } = new AbortController();

/** A container that only greets, and is told no resolver: the engine asks the lab for it. */
const GREETER_TARGET = `version: 1
targets:
  greeter:
    driver: container
    build: { context: "${GREETER}" }
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 25 }
    env: { GREETINGS: "25=220 mail.example.test" }
`;

describe.skipIf(!hasEngine)('a lab in a sidecar', () => {
  let engine: Engine;
  let docker: Docker;
  let folder: TargetsFolder;
  let greeter: TargetDeclaration;
  beforeAll(async () => {
    engine = await connectEngine();
    docker = engine.container.dockerode;
    folder = await createTargetsFolder();
    greeter = await folder.declare(GREETER_TARGET);
  });
  afterAll(() => folder.remove());

  const madeFor = async (runId: string) => {
    const filters = { label: [`${RUN_LABEL}=${runId}`] };
    const [containers, networks] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
    ]);
    return { containers, networks };
  };

  /** Runs a Perl program in the container of a target and gives what it wrote. */
  const runIn = async ({ artefact }: RunningTarget, program: string): Promise<string> => {
    const container = docker.getContainer(artefact.container ?? '');
    const { output } = await engine.container.exec(container, ['perl', '-MSocket', '-e', program]);
    return output;
  };

  it('stands beside others, each on a network of its own, and leaves nothing', async () => {
    const runId = newRun();
    const targets = await Promise.all(
      ['one', 'other'].map((name) => startTarget({ ...greeter, name }, { runId, signal })),
    );
    try {
      const { containers, networks } = await madeFor(runId);
      expect(containers).toHaveLength(4);
      expect(networks).toHaveLength(2);
      for (const { Labels: labels } of [...containers, ...networks]) {
        expect(['one', 'other']).toContain(labels?.[TARGET_LABEL]);
        expect(ownerState(labels?.[OWNER_LABEL])).toBe('running');
      }
      const published = containers.flatMap(({ Ports }) => Ports.filter(({ PublicPort }) => PublicPort));
      expect(published.length).toBeGreaterThan(0);
      expect(published.filter(({ IP }) => IP !== '127.0.0.1')).toEqual([]);
      const addresses = targets.map(({ lab }) => lab?.addresses.target);
      expect(new Set(addresses).size).toBe(2);

      // One is removed, the other works on.
      const [one, other] = targets;
      await one?.stop();
      if (!other?.lab) throw new Error('The target has no lab.');
      {
        await using open = openWorld(other.target, other.lab, 'mx');
        const connection = await open.sessions.connect();
        expect((await connection.readLine('greeting')).bytes.toString()).toBe('220 mail.example.test');
      }
    } finally {
      await Promise.all(targets.map((target) => target.stop()));
    }
    expect(await madeFor(runId)).toEqual({ containers: [], networks: [] });
  });

  it('is the whole world of the target: names, addresses, nothing beyond', async () => {
    const runId = newRun();
    const running = await startTarget(greeter, { runId, signal });
    try {
      if (!running.lab) throw new Error('The target has no lab.');
      const { addresses } = running.lab;
      const resolve = (name: string) =>
        runIn(running, `my $a = gethostbyname('${name}'); print $a ? inet_ntoa($a) : 'unknown'`);
      expect(await resolve('mx.mailspec-sink.example')).toBe(addresses.sink);
      expect(await resolve('mailspec.test.invalid')).toBe('unknown');
      const connect = (address: string, port: number) =>
        runIn(
          running,
          `socket(my $s, PF_INET, SOCK_STREAM, 0); $SIG{ALRM} = sub { print 'silence'; exit };
           alarm 1; print connect($s, pack_sockaddr_in(${port}, inet_aton('${address}'))) ? 'connected' : 'refused'`,
        );
      expect(await connect(addresses.sink, 25)).toBe('connected');
      // An address for benchmarks (RFC 2544), which nobody here has.
      expect(await connect('198.19.0.1', 25)).toBe('silence');
      const connectOverIpv6 = (address: string) =>
        runIn(
          running,
          `socket(my $s, Socket::PF_INET6(), SOCK_STREAM, 0); $SIG{ALRM} = sub { print 'silence'; exit };
           my $to = Socket::pack_sockaddr_in6(25, Socket::inet_pton(Socket::AF_INET6(), '${address}'));
           alarm 3; print connect($s, $to) ? 'connected' : $!{ECONNREFUSED} ? 'refused' : "no way: $!"`,
        );
      // A client of the lab, which is there and listens nowhere, and an address of documentation that nobody has.
      expect(await connectOverIpv6(running.lab.ipv6?.reader.address ?? '')).toBe('refused');
      expect(await connectOverIpv6('2001:db8:ffff::1')).toBe('silence');
    } finally {
      await running.stop();
    }
  });

  it('publishes the records of a target, also what the container itself has made', async () => {
    const dns = `    dns:
      - { name: _dmarc.example.test, type: TXT, data: "v=DMARC1; p=reject" }
      - { name: s._domainkey.example.test, type: TXT, container-path: /note }
`;
    const declaration = await folder.declare(GREETER_TARGET + dns);
    const { lab, stop } = await startTarget(declaration, { runId: newRun(), signal });
    const mocks = connectLab(lab?.control.url ?? '', { token: lab?.control.token ?? '' });
    try {
      const textOf = async (name: string) =>
        (await mocks.dns.lookup({ name, type: 'TXT' })).records.map(({ data }) => data);
      expect(await textOf('_dmarc.example.test')).toEqual([['v=DMARC1; p=reject']]);
      expect(await textOf('s._domainkey.example.test')).toEqual([['none']]);
      const { records } = await mocks.dns.lookup({ name: 'mail.example.test', type: 'A' });
      expect(records.map(({ data }) => data)).toEqual([lab?.addresses.target]);
    } finally {
      await mocks.close();
      await stop();
    }
  });

  it('removes what was made when the start is ended half-way', async () => {
    const runId = newRun();
    const stop = new AbortController();
    const starting = startTarget(greeter, { runId, signal: stop.signal });
    while ((await madeFor(runId)).networks.length === 0) {
      await Promise.race([starting, new Promise((resolve) => setImmediate(resolve))]);
    }
    stop.abort();
    await expect(starting).rejects.toThrow();
    expect(await madeFor(runId)).toEqual({ containers: [], networks: [] });
  });

  it('answers when Postfix asks for the name of a vantage', async () => {
    const declaration = (await loadTargets('targets.yaml')).find(({ name }) => name === 'postfix-dovecot');
    if (!declaration) throw new Error('targets.yaml declares no postfix-dovecot.');
    const { target, lab, stop } = await startTarget(declaration, { runId: newRun(), signal });
    try {
      if (!lab) throw new Error('The target has no lab.');
      await using open = openWorld(target, lab);
      const [, , distant] = lab.vantages;
      await submit(open, target, await open.world.externalRecipient('ptr'), distant?.name);
      const message = await open.world.waitForMessage({ token: 'ptr' });
      expect(message?.content.toString()).toContain(`(distant.mailspec.example [${distant?.address}])`);
      const mocks = connectLab(lab.control.url, { token: lab.control.token });
      const { entries } = await mocks.dns.queries({ type: 'PTR' });
      await mocks.close();
      expect(entries.map(({ name }) => name)).toContain('10.100.51.198.in-addr.arpa');
    } finally {
      await stop();
    }
  });
});
