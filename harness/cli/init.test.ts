import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startReference } from '../reference/server.ts';
import { loadTargets } from '../targets/load.ts';
import { engineForTests } from '../targets/testing/engine.ts';
import { draftOfHost } from './init/host.ts';
import { writtenTargets } from './init/written.ts';
import { lookAtHost } from './look/host.ts';
import { roleOfPort } from './look/look.ts';
import { type CommandLine, openCommandLine } from './testing/command-line.ts';
import { filledIn } from './testing/filled-in.ts';

const hasEngine = await engineForTests('mailspec init of an image');
let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(() => cli.remove());

describe('mailspec init', () => {
  test.each([[[]], [['--image', 'a', '--host', '127.0.0.1']]])(
    'with %j asks for exactly one',
    async (args) => {
      const { code, stderr } = await cli.mailspec('init', ...args);
      expect(stderr).toBe(
        'Say what to look at: one of --image NAME, --compose FILE and --host NAME-OR-ADDRESS.\n',
      );
      expect(code).toBe(3);
    },
  );

  test.each([
    [
      ['--host', '127.86.75.30', '--env', 'A=b'],
      '--env is for the container of --image; nothing else is started.',
    ],
    [
      ['--image', 'shop:1', '--env', 'MAILSPEC_NOT_SET'],
      '--env takes NAME=VALUE, or NAME of a variable that is set here; MAILSPEC_NOT_SET is neither.',
    ],
    [
      ['--image', 'shop:1', '--env', '1=hunter2'],
      '--env takes NAME=VALUE, or NAME of a variable that is set here; what was given is neither.',
    ],
  ])('%j: variables belong to a container, and no value is repeated', async (args, sentence) => {
    const { code, stderr } = await cli.mailspec('init', ...args);
    expect(stderr).toBe(`${sentence}\n`);
    expect(code).toBe(3);
  });

  test('overwrites nothing', async () => {
    await cli.targets('mine');
    const { code, stderr } = await cli.mailspec('init', '--compose', 'compose.yaml');
    expect(stderr).toBe('targets.yaml: The file exists; --out names another.\n');
    expect(code).toBe(3);
    expect(await readFile(join(cli.folder, 'targets.yaml'), 'utf8')).toBe('mine');
  });

  test('of a name that does not resolve connects to nothing', async () => {
    const { code, stderr } = await cli.mailspec('init', '--host', 'nobody..invalid');
    expect(stderr).toMatch(
      /^--host nobody\.\.invalid: The name does not resolve \(\w+\), so nothing was connected to\.\n$/,
    );
    expect(code).toBe(3);
  });

  test.skipIf(!hasEngine)('of an image where nothing greets writes nothing and ends with 2', async () => {
    const { code, stdout } = await cli.mailspec('init', '--image', 'debian:bookworm-slim');
    expect(stdout).toContain('Nothing greets in the container, so no file was written.');
    expect(stdout).toContain('init --image debian:bookworm-slim --env NAME=VALUE');
    expect(code).toBe(2);
    expect(existsSync(join(cli.folder, 'targets.yaml'))).toBe(false);
  });

  test('of a host where nothing greets writes nothing and ends with 2', async () => {
    const { code, stdout } = await cli.mailspec('init', '--host', '127.86.75.30');
    expect(stdout).toContain('25    nobody listens');
    expect(stdout).toContain('Nothing greets at 127.86.75.30, so no file was written.');
    expect(code).toBe(2);
    expect(existsSync(join(cli.folder, 'targets.yaml'))).toBe(false);
  });
});

test('a host that serves every port is declared with all of them', async () => {
  const server = await startReference();
  try {
    const { signal } = new AbortController();
    const { endpoints } = server.target;
    const endpointOf = (port: number) => {
      const role = roleOfPort(port);
      return (role && endpoints[role]) ?? { host: '127.0.0.1', port: 1 };
    };
    const looks = await lookAtHost('127.0.0.1', { signal, endpointOf });
    const yaml = writtenTargets(draftOfHost('127.0.0.1', looks), cli.folder);
    await cli.targets(filledIn(yaml));
    const [target] = await loadTargets(join(cli.folder, 'targets.yaml'));
    expect(target).toMatchObject({
      driver: 'host',
      domain: 'example.test',
      hostname: 'mail.example.test',
      settings: {
        address: '127.0.0.1',
        roles: { mx: 25, submission: 587, submissions: 465, pop3: 110, pop3s: 995, imap: 143, imaps: 993 },
      },
    });
  } finally {
    await server.close();
  }
});
