import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSecrets } from './secrets.ts';
import { createTargetsFolder, type TargetsFolder } from './testing/targets-file.ts';

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

const HOST = `version: 1
targets:
  shop:
    driver: host
    address: 192.0.2.25
    mail-domain: example.test
    roles: { mx: 25 }
    accounts:
      - { address: alice@example.test, password: "env:MAILSPEC_TEST_SECRET" }
      - { address: bob@example.test, login: bob, password: "file:bob.secret" }
`;

const CONTAINER = `version: 1
targets:
  shop:
    driver: container
    image: mail:1
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 25 }
    accounts: [{ address: alice@example.test, password: generate, disposable: true }]
    env:
      ALICE: account:alice@example.test
      TOKEN: env:MAILSPEC_TEST_SECRET
      DATABASE: text:file:/var/lib/mail.db
      LEVEL: debug
      RESOLVER: lab:resolver
`;

describe('readSecrets', () => {
  it('takes passwords from the environment and from files beside the targets file', async () => {
    vi.stubEnv('MAILSPEC_TEST_SECRET', 'from the environment');
    await folder.write('bob.secret', 'from a file\n');
    const { accounts, values } = await readSecrets(await folder.declare(HOST));
    expect(accounts).toMatchObject([
      { address: 'alice@example.test', login: 'alice@example.test', password: 'from the environment' },
      { address: 'bob@example.test', login: 'bob', password: 'from a file', cleartextSecret: false },
    ]);
    expect(values).toEqual(['from the environment', 'from a file']);
  });

  it('takes one line break from the end of a file and nothing else', async () => {
    vi.stubEnv('MAILSPEC_TEST_SECRET', 'x');
    await folder.write('bob.secret', ' two\r\nlines \r\n');
    const { accounts } = await readSecrets(await folder.declare(HOST));
    expect(accounts[1]?.password).toBe(' two\r\nlines ');
  });

  it('names every secret that is not there, with its place', async () => {
    vi.stubEnv('MAILSPEC_TEST_SECRET', undefined);
    await folder.write('bob.secret', '\n');
    const declaration = await folder.declare(HOST);
    const { file } = declaration.origin;
    await expect(readSecrets(declaration)).rejects.toThrow(
      [
        `${file}:9:50: The environment variable MAILSPEC_TEST_SECRET is not set.`,
        `${file}:10:60: The secret file bob.secret is empty.`,
      ].join('\n'),
    );
  });

  it('tells an empty variable and a missing file from others', async () => {
    vi.stubEnv('MAILSPEC_TEST_SECRET', '');
    const declaration = await folder.declare(HOST.replace('bob.secret', 'carol.secret'));
    const { file } = declaration.origin;
    await expect(readSecrets(declaration)).rejects.toThrow(
      [
        `${file}:9:50: The environment variable MAILSPEC_TEST_SECRET is empty.`,
        `${file}:10:60: The secret file carol.secret cannot be used: There is no such file.`,
      ].join('\n'),
    );
  });

  it('generates a password for every run and hands it to the container', async () => {
    vi.stubEnv('MAILSPEC_TEST_SECRET', 'token');
    const declaration = await folder.declare(CONTAINER);
    const first = await readSecrets(declaration);
    const second = await readSecrets(declaration);
    const password = first.accounts[0]?.password;
    expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(password).not.toBe(second.accounts[0]?.password);
    expect(first.env).toEqual({
      ALICE: password,
      TOKEN: 'token',
      DATABASE: 'file:/var/lib/mail.db',
      LEVEL: 'debug',
    });
    expect(first.values).toEqual([password, 'token']);
    expect(first.labVariables).toEqual({ RESOLVER: 'resolver' });
  });
});
