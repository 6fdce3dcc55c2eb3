import { afterEach, beforeEach, expect, test } from 'vitest';
import { readProject } from '../../targets/drivers/compose-project.ts';
import { loadTargets } from '../../targets/load.ts';
import { createTargetsFolder, type TargetsFolder } from '../../targets/testing/targets-file.ts';
import { filledIn } from '../testing/filled-in.ts';
import { draftOfCompose, readCompose } from './compose.ts';
import { composePorts, mailPorts } from './compose-ports.ts';
import { writtenTargets } from './written.ts';

let folder: TargetsFolder;
beforeEach(async () => {
  folder = await createTargetsFolder();
});
afterEach(() => folder.remove());

test.each([
  ['25', [[25, 25]]],
  ['2525:25', [[25, 2525]]],
  ['127.0.0.1:2525:25', [[25, 2525]]],
  ['127.0.0.1::25', [[25, 25]]],
  ['[::1]:2525:25/tcp', [[25, 2525]]],
  ['25:25/udp', []],
  [
    '8024-8026:24-26',
    [
      [24, 8024],
      [25, 8025],
      [26, 8026],
    ],
  ],
  ['$' + '{PORT:-2525}:25', [[25, 2525]]],
  ['$' + '{PORT}:25', [[25, 25]]],
  ['nonsense', []],
])('a port written as %s', (written, expected) => {
  const project = readProject(`services: { mta: { ports: ["${written}"] } }`, []);
  expect(composePorts(project).map(({ port, published }) => [port, published])).toEqual(expected);
});

test('a port written as a mapping, and those that are only exposed', () => {
  const project = readProject(
    `services:
  mta:
    ports: [{ target: 2525, published: "25", protocol: tcp }, { target: 53, protocol: udp }, { target: 587 }]
    expose: ["587", "465/tcp", "53/udp"]
  shares:
    network_mode: service:mta
    expose: ["143"]
`,
    [],
  );
  expect(composePorts(project)).toEqual([
    { service: 'mta', port: 2525, published: 25 },
    { service: 'mta', port: 587, published: 587 },
    { service: 'mta', port: 465, published: null },
  ]);
});

test('of two services with the same port the one that is published counts', () => {
  const ports = [
    { service: 'inner', port: 25, published: null },
    { service: 'outer', port: 2525, published: 25 },
    { service: 'web', port: 443, published: 443 },
  ];
  expect(mailPorts(ports)).toEqual({ chosen: [ports[1]], others: [ports[0]] });
});

const COMPOSE = `services:
  mta:
    image: mail.invalid/mta:1
    hostname: mail.shop.example
    ports: ["25:25", "127.0.0.1:2587:587"]
    environment: ["ALICE_PASSWORD", "TLS=$\{TLS:-yes}"]
  dovecot:
    image: mail.invalid/dovecot:1
    expose: ["143"]
`;

test('a project is declared by what its file says, and the file is loaded', async () => {
  const file = await folder.write('compose.yaml', COMPOSE);
  const yaml = writtenTargets(draftOfCompose(file, await readCompose(file), folder.path), folder.path);
  const [target] = await loadTargets(await folder.write('targets.yaml', filledIn(yaml)));
  expect(target).toMatchObject({
    driver: 'compose',
    domain: 'shop.example',
    hostname: 'mail.shop.example',
    settings: {
      file: ['compose.yaml'],
      roles: {
        mx: { service: 'mta', port: 25 },
        submission: { service: 'mta', port: 587 },
        imap: { service: 'dovecot', port: 143 },
      },
      accounts: [{ address: 'audit@shop.example', password: 'generate' }],
    },
  });
  expect(yaml).toContain('Nothing was started');
  expect(yaml).toMatch(/The file uses TLS, ALICE_PASSWORD:/);
});

test('what compose does not accept is read as it stands; profiles and obstacles are told', async () => {
  const file = await folder.write(
    'compose.yaml',
    `services:
  mta: { image: mta, network_mode: host, ports: ["25:25"] }
  relay: { image: relay, ports: ["$\{UNSET?must be set}:25", "587:587"] }
  extra: { image: extra, profiles: [extra], ports: ["143:143"] }
`,
  );
  const read = await readCompose(file);
  expect(read.how).toMatch(/as it stands/);
  const yaml = writtenTargets(draftOfCompose(file, read, folder.path), folder.path);
  const text = yaml.replaceAll(/\n\s+# {3}/g, ' ');
  expect(text).toContain('only a profile makes them active: extra.');
  expect(text).toContain('An audit refuses the project as it is: The service mta has "network_mode: host"');
  expect(yaml).not.toContain('imap:');
  expect(yaml).toContain('submission: { service: relay, port: 587 }');
});

test.each([
  ['services: [', 'The file is no YAML: '],
  ['version: "3"\n', 'The file has no services.'],
  ['', 'The file has no services.'],
])('a file with %j is refused', async (text, sentence) => {
  const file = await folder.write('compose.yaml', text);
  await expect(readCompose(file)).rejects.toThrow(`--compose ${file}: ${sentence}`);
});

test('a file that is not there is refused', async () => {
  await expect(readCompose('gone.yaml')).rejects.toThrow('--compose gone.yaml: There is no such file.');
});
