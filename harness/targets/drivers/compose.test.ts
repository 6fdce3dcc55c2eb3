import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectEngine, type Engine } from '../../containers/engine.ts';
import { RUN_LABEL, TARGET_LABEL } from '../../containers/labels.ts';
import { createServerCertificate } from '../../reference/certificates.ts';
import { cleanLeftovers } from '../clean.ts';
import { composeForTests } from '../testing/engine.ts';
import { createTargetsFolder, GREETER, type TargetsFolder } from '../testing/targets-file.ts';
import { startTarget } from './start.ts';

const HOLD_TARGET = fileURLToPath(new URL('../testing/hold-target.ts', import.meta.url));
const hasCompose = await composeForTests('the compose driver');
const newRun = () => `test-${randomBytes(6).toString('hex')}`;
const { signal } = new AbortController();

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

/** Two services that greet and one that is done at once, as somebody runs them: published everywhere, for ever. */
const PROJECT = `services:
  mta:
    build: "${GREETER}"
    container_name: mailspec-test-mta
    environment: { GREETINGS: "25=220 \${NAME};587=220 \${NAME}", TOKEN: "\${TOKEN}" }
    ports: ["25", "0.0.0.0::2525"]
    depends_on:
      store: { condition: service_healthy }
      once: { condition: service_completed_successfully }
    networks: [back]
    restart: always
  store:
    build: "${GREETER}"
    environment: { GREETINGS: "24=220 store", LAST_WORDS: }
    ports: ["24"]
    healthcheck: { test: ["CMD", "test", "-e", "/anchor.pem"], interval: 1s }
    networks: [back]
    volumes: ["data:/data", "./anchor.pem:/anchor.pem:ro"]
  once:
    build: "${GREETER}"
    entrypoint: ["true"]
networks: { back: {} }
volumes: { data: {} }
`;

const TARGET = [
  'driver: compose',
  'file: compose.yaml',
  'mail-domain: example.test',
  'host-name: mail.example.test',
  'roles: { mx: { service: mta, port: 25 } }',
];
const targetsFile = (...lines: readonly string[]) =>
  ['version: 1', 'targets:', '  pair:', ...lines.map((line) => `    ${line}`), ''].join('\n');
const declare = (...lines: readonly string[]) => folder.declare(targetsFile(...lines));

describe.skipIf(!hasCompose)('the compose driver', () => {
  let engine: Engine;
  let anchor: string;
  beforeAll(async () => {
    engine = await connectEngine();
    ({ trustAnchor: anchor } = await createServerCertificate('mail.example.test'));
    await folder.write('anchor.pem', anchor);
    await folder.write('compose.yaml', PROJECT);
  });

  const madeFor = async (runId: string) => {
    const docker = engine.container.dockerode;
    const filters = { label: [`${RUN_LABEL}=${runId}`] };
    const [containers, networks, { Volumes: volumes }] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ]);
    return { containers, networks, volumes: volumes ?? [] };
  };
  const countsFor = async (runId: string) => {
    const { containers, networks, volumes } = await madeFor(runId);
    return { containers: containers.length, networks: networks.length, volumes: volumes.length };
  };
  const NOTHING = { containers: 0, networks: 0, volumes: 0 };

  /** Runs a Perl program in a container and gives what it wrote. */
  const runIn = async (id: string | undefined, program: string): Promise<string> => {
    const container = engine.container.getById(id ?? '');
    const { output } = await engine.container.exec(container, ['perl', '-MSocket', '-e', program]);
    return output;
  };

  it('makes the project apart from everything else, with the lab around every service, and removes it', async () => {
    const runId = newRun();
    const declaration = await declare(
      ...TARGET.slice(0, 4),
      'service: mta',
      'roles: { mx: 25, submission: { port: 587 } }',
      'accounts: [{ address: alice@example.test, password: generate, disposable: true }]',
      'env: { NAME: mail.example.test, TOKEN: "account:alice@example.test" }',
      'trust-anchor: { service: store, container-path: /anchor.pem }',
      'dns: [{ name: s._domainkey.example.test, type: TXT, service: store, container-path: /note }]',
    );
    const { target, lab, artefact, stop } = await startTarget(declaration, { runId, signal });
    try {
      expect(Object.keys(target.endpoints)).toEqual(['mx', 'submission']);
      expect(target.trustAnchor).toBe(anchor);
      expect(structuredClone(target)).toEqual(target);
      const [mta, store] = [artefact['mta.container'], artefact['store.container']];
      const { Config: config, HostConfig: host } = await engine.container.dockerode
        .getContainer(mta ?? '')
        .inspect();
      expect(config.Env).toContain(`TOKEN=${target.accounts[0]?.password}`);
      expect(host.RestartPolicy?.Name).toBe('no');

      const { containers, networks, volumes } = await madeFor(runId);
      expect(containers).toHaveLength(4);
      expect(networks).toHaveLength(3);
      expect(volumes).toHaveLength(1);
      for (const { Labels: labels } of [...containers, ...networks, ...volumes])
        expect(labels?.[TARGET_LABEL]).toBe('pair');
      const published = containers.flatMap(({ Id, Ports }) =>
        Ports.filter(({ PublicPort }) => PublicPort).map((port) => ({ ...port, container: Id })),
      );
      expect(published.filter(({ IP }) => IP !== '127.0.0.1')).toEqual([]);
      expect(
        published
          .filter(({ container }) => container === mta || container === store)
          .map(({ PrivatePort }) => PrivatePort)
          .sort(),
      ).toEqual([25, 587]);

      // Services find each other in their own network, and everything else in the lab.
      const addressOf = (id: string | undefined, name: string) =>
        runIn(id, `my $a = gethostbyname('${name}'); print $a ? inet_ntoa($a) : 'unknown'`);
      const inProject = await addressOf(mta, 'store');
      expect(inProject).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(inProject).not.toMatch(/^198\.18\./);
      expect(await addressOf(store, 'mailspec-test-mta')).toBe(await addressOf(store, 'mta'));
      for (const service of [mta, store]) {
        expect(await addressOf(service, 'mx.mailspec-sink.example')).toBe(lab?.addresses.sink);
        expect(await addressOf(service, 'mailspec.test.invalid')).toBe('unknown');
        const [first] = lab?.vantages ?? [];
        const reverse = `print scalar gethostbyaddr(inet_aton('${first?.address}'), AF_INET)`;
        expect(await runIn(service, reverse)).toBe('first.mailspec.example');
        const connect = (address: string) =>
          runIn(
            service,
            `socket(my $s, PF_INET, SOCK_STREAM, 0); $SIG{ALRM} = sub { print 'silence'; exit };
             alarm 1; print connect($s, pack_sockaddr_in(25, inet_aton('${address}'))) ? 'connected' : 'refused'`,
          );
        expect(await connect(lab?.addresses.sink ?? '')).toBe('connected');
        expect(await connect('198.19.0.1')).toBe('silence');
      }
      expect(lab?.endpoints).toEqual({
        mx: { host: lab?.addresses.target, port: 25 },
        submission: { host: lab?.addresses.target, port: 587 },
      });
    } finally {
      await stop();
    }
    expect(await countsFor(runId)).toEqual(NOTHING);
  });

  it('merges files, takes profiles, and does without a lab', async () => {
    const runId = newRun();
    await folder.write(
      'more.yaml',
      `services:
  mta: { environment: { GREETINGS: "25=220 merged" } }
  late: { build: "${GREETER}", environment: { GREETINGS: "143=* OK late" }, profiles: [late] }
  never: { image: mailspec-test-no-such-image, profiles: [never] }
`,
    );
    const declaration = await declare(
      'driver: compose',
      'file: [compose.yaml, more.yaml]',
      'profiles: [late]',
      ...TARGET.slice(2, 4),
      'roles: { mx: { service: mta, port: 25 }, imap: { service: late, port: 143 } }',
      'lab: false',
    );
    const { target, lab, artefact, stop } = await startTarget(declaration, { runId, signal });
    try {
      expect(lab).toBeNull();
      expect(Object.keys(target.endpoints)).toEqual(['mx', 'imap']);
      expect(artefact).toMatchObject({
        'compose-files': 'compose.yaml, more.yaml',
        'compose-profiles': 'late',
        'late.image': 'mailspec-target/pair/late:latest',
      });
      expect(Object.keys(artefact)).not.toContain('never.container');
    } finally {
      await stop();
    }
    expect(await countsFor(runId)).toEqual(NOTHING);
  });

  it('says which service ended, with its last words, secrets removed', async () => {
    const runId = newRun();
    vi.stubEnv('MAILSPEC_TEST_WORDS', 'the secret of store');
    const declaration = await declare(
      ...TARGET,
      'lab: false',
      'env: { LAST_WORDS: "env:MAILSPEC_TEST_WORDS" }',
    );
    const failure = await startTarget(declaration, { runId, signal }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'StartFailed' });
    const message = failure instanceof Error ? failure.message : '';
    // Compose may be the first to tell that what others wait for has ended.
    expect(message).toMatch(/^(The container of service store|Target) /);
    expect(message).toMatch(/The last lines of the log of store:\n {2}\[secret 19 octets #[0-9a-f]{8}\]$/);
    expect(message).not.toContain('the secret of store');
    expect(await countsFor(runId)).toEqual(NOTHING);
  });

  it('says which role did not greet, with the log of its service', async () => {
    const runId = newRun();
    const declaration = await declare(
      ...TARGET.slice(0, 4),
      'roles: { mx: { service: mta, port: 25 }, imap: { service: store, port: 24 } }',
      'lab: false',
      'start-timeout: 20s',
    );
    await expect(startTarget(declaration, { runId, signal })).rejects.toThrow(
      /^Target pair did not greet on every role within 20 s \("start-timeout" gives it longer\)\. imap: The greeting was "220 store"\.\nThere is nothing in the log of store\.$/,
    );
    expect(await countsFor(runId)).toEqual(NOTHING);
  });

  it('ends a start that is asked to end, and removes what was made', async () => {
    const runId = newRun();
    const stop = new AbortController();
    const declaration = await declare(...TARGET, 'lab: false', 'env: { NAME: mail }');
    const starting = startTarget(declaration, { runId, signal: stop.signal }).catch(
      (error: unknown) => error,
    );
    await vi.waitUntil(async () => (await madeFor(runId)).networks.length > 0, { timeout: 100_000 });
    stop.abort();
    expect(await starting).toBeInstanceOf(Error);
    expect(await countsFor(runId)).toEqual(NOTHING);
  });

  describe('is removed', () => {
    const hold = async (runId: string) => {
      const file = await folder.write(
        'held.yaml',
        targetsFile(...TARGET, 'lab: false', 'env: { NAME: mail }'),
      );
      const child = spawn(process.execPath, [HOLD_TARGET, file, 'pair', runId, 'wait'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
      return child;
    };

    it('when Ctrl-C ends the process', async () => {
      const runId = newRun();
      const child = await hold(runId);
      expect(await countsFor(runId)).toEqual({ containers: 3, networks: 2, volumes: 1 });
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
      expect(await countsFor(runId)).toEqual(NOTHING);
    });

    it('by mailspec clean, when the process was killed and could do nothing', async () => {
      const runId = newRun();
      const child = await hold(runId);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await countsFor(runId)).toEqual({ containers: 3, networks: 2, volumes: 1 });
      await cleanLeftovers({ all: false });
      expect(await countsFor(runId)).toEqual(NOTHING);
    });
  });

  describe('refuses', () => {
    const messageOf = async (...lines: readonly string[]) => {
      const declaration = await declare(...lines);
      const failure = await startTarget(declaration, { runId: newRun(), signal }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ name: 'ConfigurationError' });
      return failure instanceof Error ? failure.message.replaceAll(declaration.origin.file, 'T') : '';
    };

    it('a compose file that is not there', async () => {
      const lines = ['driver: compose', 'file: [compose.yaml, gone.yaml]', ...TARGET.slice(2)];
      expect(await messageOf(...lines)).toBe(
        'T:5:26: The compose file gone.yaml cannot be used: There is no such file.',
      );
    });

    it('a service that is not there', async () => {
      expect(
        await messageOf(...TARGET.slice(0, 4), 'roles: { mx: { service: mat, port: 25 } }', 'lab: false'),
      ).toBe('T:8:29: There is no service "mat" in compose.yaml; did you mean "mta"?');
      expect(await messageOf(...TARGET.slice(0, 4), 'roles: { mx: 25 }', 'service: postfix')).toMatch(
        /^T:9:14: There is no service "postfix" in compose\.yaml; active there: (?:mta|store|once)(?:, (?:mta|store|once)){2}\.$/,
      );
    });

    it('what compose refuses, in its words', async () => {
      await folder.write('broken.yaml', 'services: { mta: { image: a, prots: ["25:25"] } }\n');
      const lines = ['driver: compose', 'file: broken.yaml', ...TARGET.slice(2)];
      const message = await messageOf(...lines);
      expect(message).toMatch(
        /^T:5:11: The compose project of target pair \(broken\.yaml\) is not accepted by compose:\n {2}/,
      );
      expect(message).toContain('prots');
    });

    it('a project that others could reach', async () => {
      await folder.write('open.yaml', 'services: { mta: { image: a, network_mode: host } }\n');
      const message = await messageOf('driver: compose', 'file: open.yaml', ...TARGET.slice(2));
      expect(message.split('\n')[0]).toBe(
        'T:5:11: The service mta has "network_mode: host", by which it could be reached from elsewhere; it needs a network of the project.',
      );
    });

    it('an image that does not exist', async () => {
      await folder.write('absent.yaml', 'services: { mta: { image: "127.0.0.1:1/no-such-image:1" } }\n');
      const lines = ['driver: compose', 'file: absent.yaml', ...TARGET.slice(2), 'lab: false'];
      expect(await messageOf(...lines)).toBe(
        'T:5:11: The image "127.0.0.1:1/no-such-image:1" of service mta does not exist on the container engine and could not be pulled.',
      );
    });

    it('to run where there is no compose', async () => {
      vi.stubEnv('PATH', folder.path);
      expect(await messageOf(...TARGET)).toBe(
        'T:4:13: Target pair is a compose project. Neither "docker compose" nor "docker-compose" can be run here.',
      );
    });
  });
});
