import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectThroughRelay, RelayError } from 'net-mocks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine, type Docker } from '../../containers/engine.ts';
import { RUN_LABEL } from '../../containers/labels.ts';
import type { LabAccess } from '../../model/lab-access.ts';
import { engineForTests } from '../testing/engine.ts';
import { createTargetsFolder, GREETER, type TargetsFolder } from '../testing/targets-file.ts';
import { startTarget } from './start.ts';

const hasEngine = await engineForTests('the network driver');
const ROUTER = fileURLToPath(new URL('../../images/customer-router', import.meta.url));
const runId = `test-${randomBytes(6).toString('hex')}`;
const { signal } = new AbortController();

/** What a port outside says first to a vantage, or why it says nothing. */
async function ask(access: LabAccess | null, vantage: string, address: string, port: number) {
  const route = access?.network?.vantages.find(({ name }) => name === vantage)?.route;
  if (!route || !('relay' in route)) throw new Error(`There is no relay ${vantage}.`);
  const { host, port: relayPort } = route.relay;
  try {
    const socket = await connectThroughRelay({ address: host, port: relayPort }, { address, port });
    const [line] = await once(socket, 'data');
    socket.destroy();
    return String(line).trim();
  } catch (failure) {
    if (failure instanceof RelayError && failure.code !== null) return failure.code;
    throw failure;
  }
}

describe.skipIf(!hasEngine)('the network driver', () => {
  let docker: Docker;
  let folder: TargetsFolder;
  beforeAll(async () => {
    docker = (await connectEngine()).container.dockerode;
    folder = await createTargetsFolder();
  });
  afterAll(() => folder.remove());

  const declare = (...lines: readonly string[]) =>
    folder.declare(
      [
        'version: 1',
        'targets:',
        '  provider:',
        '    driver: network',
        ...lines.map((one) => `    ${one}`),
        '',
      ].join('\n'),
    );
  const left = async () => {
    const filters = { label: [`${RUN_LABEL}=${runId}`] };
    const [containers, networks] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
    ]);
    return { containers: containers.length, networks: networks.length };
  };

  it('puts the router between a subscriber and everybody else, and removes it all', async () => {
    const declaration = await declare(
      `build: { context: "${ROUTER}" }`,
      'claims: { op25b: { declared: true } }',
    );
    const { target, lab, artefact, stop } = await startTarget(declaration, { runId, signal });
    try {
      expect(target).toMatchObject({
        driver: 'network',
        accounts: [],
        claims: { op25b: { declared: true } },
        endpoints: { mx: { port: 25 }, submission: { port: 587 }, submissions: { port: 465 } },
      });
      expect(artefact).toMatchObject({ ipv6: 'yes', 'build-context': ROUTER });
      expect(structuredClone(lab)).toEqual(lab);
      const { sinks = [], unused = '' } = lab?.network ?? {};
      expect(sinks.map(({ family }) => family)).toEqual(['IPv4', 'IPv4', 'IPv4', 'IPv6']);
      for (const { address, family, hostname } of sinks) {
        const greeting = `220 ${hostname} ESMTP`;
        for (const port of [25, 587, 2525]) expect(await ask(lab, 'open', address, port)).toBe(greeting);
        for (const port of [587, 2525]) expect(await ask(lab, 'subscriber', address, port)).toBe(greeting);
        const prohibited = family === 'IPv4' ? 'EHOSTUNREACH' : 'EACCES';
        expect(await ask(lab, 'subscriber', address, 25)).toBe(prohibited);
      }
      expect(await ask(lab, 'open', unused, 25)).toBe('ECONNREFUSED');
      await expect(ask(lab, 'subscriber', '198.51.100.27', 25)).rejects.toMatchObject({ status: 403 });

      const containers = await docker.listContainers({ filters: { label: [`${RUN_LABEL}=${runId}`] } });
      expect(containers).toHaveLength(3);
      const published = containers.flatMap(({ Ports }) => Ports).filter(({ PublicPort }) => PublicPort);
      expect(published.map(({ IP }) => IP)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    } finally {
      await stop();
    }
    await stop();
    expect(await left()).toEqual({ containers: 0, networks: 0 });
  });

  it('does without IPv6 where it is told to', async () => {
    const declaration = await declare(`build: { context: "${ROUTER}" }`, 'ipv6: false');
    const { target, lab, stop } = await startTarget(declaration, { runId, signal });
    try {
      expect(target.claims.op25b).toEqual({ declared: false });
      const { sinks = [] } = lab?.network ?? {};
      expect(sinks.map(({ family }) => family)).toEqual(['IPv4', 'IPv4', 'IPv4']);
      expect(await ask(lab, 'subscriber', sinks[0]?.address ?? '', 2525)).toMatch(/^220 sink-/);
    } finally {
      await stop();
    }
  });

  it('says how a router ended, or that it lets nobody through', async () => {
    const ended = await declare(`build: { context: "${GREETER}" }`);
    await expect(startTarget(ended, { runId, signal })).rejects.toThrow(
      /^The router of target provider ended with status \d+\.\n(.*\n)?The last lines of its log:/,
    );
    await folder.write('Dockerfile', 'FROM debian:bookworm-slim\nCMD ["sleep", "infinity"]\n');
    const deaf = await declare('build: { context: . }', 'ipv6: false', 'start-timeout: 3s');
    await expect(startTarget(deaf, { runId, signal })).rejects.toThrow(
      /^The router of target provider did not let the subscriber through to 198\.51\.100\.25 within 3 s \(/,
    );
    expect(await left()).toEqual({ containers: 0, networks: 0 });
  });
});
