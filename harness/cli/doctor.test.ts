import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { udpResolver } from '../public-dns/testing/udp-resolver.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../wire/scripted-server.testing.ts';
import { diagnosisLine } from './doctor/diagnosis.ts';
import { loadOf, spaceOf } from './doctor/machine.ts';
import { type CommandLine, openCommandLine } from './testing/command-line.ts';

let cli: CommandLine;
const servers: ScriptedServer[] = [];
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
  await cli.remove();
});

const PASSWORD = 'c0rrect+horse/battery~staple';

/** The lines about what begins with `what`, without the sign in front. */
const about = (stdout: string, what: string) =>
  stdout.split('\n').flatMap((line) => {
    const [, told] = /^ {2}\S (.*)$/.exec(line) ?? [];
    return told?.slice(10).startsWith(what) ? [told] : [];
  });
/** A busy machine is not well either, and no fault of a target. */
const expectedCode = (stdout: string) => (/^ {2}\S no /m.test(stdout) ? 2 : 0);

async function greeter(script: Script): Promise<number> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server.endpoint.port;
}

describe('mailspec doctor', () => {
  test('of this machine says one line for each thing, and tries nothing outside', async () => {
    const { code, stdout } = await cli.mailspec('doctor');
    for (const what of [
      'mailspec',
      'container engine',
      'ports of 127.0.0.1',
      'addresses of 127/8',
      'load',
      'space',
    ])
      expect({ what, told: about(stdout, what).length }).toEqual({ what, told: 1 });
    expect(about(stdout, 'port 25 to the outside')).toEqual([expect.stringMatching(/^not tried /)]);
    expect(code).toBe(expectedCode(stdout));
  });

  test('finds a good server as it is declared', async () => {
    await cli.targets('version: 1\ntargets:\n  good:\n    driver: reference\n');
    const { code, stdout } = await cli.mailspec('doctor', 'good');
    for (const what of [
      ...['start', 'mx', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps', 'client addresses'],
      ...['login of alice@', 'RCPT for alice@', 'mail to alice@', 'mail of alice@', 'names of the lab'],
      ...['login of bob@', 'RCPT for bob@', 'mail to bob@'],
    ])
      expect({ what, told: about(stdout, `${what}`)[0]?.slice(0, 3) }).toEqual({ what, told: 'ok ' });
    expect(about(stdout, 'container engine')).toEqual([
      'not tried container engine: no target that was named needs it',
    ]);
    expect(code).toBe(expectedCode(stdout));
  });

  test('finds mail that does not leave, and says what to do', async () => {
    await cli.targets(
      'version: 1\ntargets:\n  stuck:\n    driver: reference\n    faults: [submission-denies-relay-to-users]\n    without: [submissions]\n',
    );
    const { code, stdout } = await cli.mailspec('doctor', 'stuck');
    expect(about(stdout, 'login of alice@')[0]).toMatch(/^ok /);
    expect(about(stdout, 'mail of alice@')[0]).toMatch(/^no .* What to do: /);
    expect(code).toBe(2);
  });

  test('of a host tries what its declaration permits, and finds roles at the wrong ports and passwords that are wrong', async () => {
    const imap = await greeter(async ({ write, readLine }) => {
      await write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] \u001b[31mready');
      for (;;) {
        const [tag = '', verb = ''] = (await readLine()).split(' ');
        if (verb === 'CAPABILITY') await write('* CAPABILITY IMAP4rev1', `${tag} OK done`);
        else if (verb === 'LOGOUT') return write('* BYE', `${tag} OK bye`);
        else await write(`${tag} NO who are you?`);
      }
    });
    await cli.targets(
      `version: 1
targets:
  live:
    driver: host
    address: 127.0.0.1
    mail-domain: example.test
    roles: { mx: ${imap}, imap: ${imap} }
    accounts:
      - { address: a@example.test, password: env:MAILSPEC_TEST_PASSWORD, disposable: true, allow-cleartext-secret: true }
    timing: { reply: 3s, slack: 5s }
`,
    );
    const { code, stdout, stderr } = await cli.mailspecIn(
      { NO_COLOR: '1', MAILSPEC_TEST_PASSWORD: PASSWORD },
      'doctor',
      'live',
    );
    expect(about(stdout, 'mx')[0]).toMatch(/^no .*an IMAP server greets.* What to do: .*targets\.yaml:7:18/);
    expect(about(stdout, 'imap')[0]).toMatch(/^ok .*\\x1b\[31mready/);
    expect(about(stdout, 'login of a@example.test')[0]).toMatch(/^no .* What to do: .*targets\.yaml:9:9/);
    expect(about(stdout, 'RCPT for a@')[0]).toBe(
      'not tried RCPT for a@example.test: "permissions" of the target do not grant sends-mail',
    );
    expect(stdout + stderr).not.toContain(PASSWORD);
    expect(stdout).not.toContain('\u001b');
    expect(code).toBe(2);
  });

  test.each([
    ['dns: { address: 127.0.0.1, port: PORT }', 'shop.test', /^ok .*shop\.test has 1 MX record, DNSSEC: /],
    [
      'dns: { address: 127.0.0.1, port: PORT }',
      'nobody.test',
      /^no .*no domain nobody\.test\. What to do: .*mail-domain/,
    ],
    [
      'dns: { address: 127.0.0.1, port: PORT }',
      'broken.test',
      /^no .* What to do: correct "dns" at .*targets\.yaml:8:10/,
    ],
    ['connections: 2', 'shop.test', /^not tried .*no "dns" is declared/],
  ])('of a host with %s and the domain %s asks its resolver', async (line, domain, told) => {
    const resolver = await udpResolver((name) => {
      if (name === 'broken.test') return { rcode: 'SERVFAIL', flags: 2 };
      if (name !== 'shop.test') return { flags: 0x0403 };
      return {
        flags: 0x0420,
        answers: [{ type: 'MX', name, ttl: 60, data: { preference: 10, exchange: 'mail.shop.test' } }],
      };
    });
    try {
      const port = await greeter(({ write }) => write('220 mail.shop.test ready'));
      await cli.targets(
        `version: 1\ntargets:\n  live:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: ${domain}\n    roles: { mx: ${port} }\n    ${line.replace('PORT', String(resolver.server.port))}\n    audited-from: outside\n    timing: { reply: 3s, slack: 5s }\n`,
      );
      const { stdout } = await cli.mailspec('doctor', 'live');
      expect(about(stdout, 'published records')[0]).toMatch(told);
      expect(about(stdout, 'client address')).toEqual([
        'ok        client address: a stranger to the server, as declared (audited-from: outside)',
      ]);
    } finally {
      await resolver.close();
    }
  });

  test('of a container says that there is no engine, and goes on', async () => {
    await cli.targets(
      'version: 1\ntargets:\n  shop:\n    driver: container\n    image: shop\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 25 }\n',
    );
    const { code, stdout } = await cli.mailspecIn(
      { NO_COLOR: '1', DOCKER_HOST: 'tcp://127.0.0.1:1' },
      'doctor',
      'shop',
    );
    expect(about(stdout, 'container engine')[0]).toMatch(/^no .* What to do: /);
    expect(about(stdout, 'start')[0]).toBe('not tried start: there is no container engine to start it on');
    expect(code).toBe(2);
  });

  test('of an unknown target, and of a secret that is not there, ends with 3', async () => {
    await cli.targets('version: 1\ntargets:\n  good:\n    driver: reference\n');
    const unknown = await cli.mailspec('doctor', 'goood');
    expect(unknown.stderr).toContain('did you mean "good"?');
    expect(unknown.code).toBe(3);
    await cli.targets(
      'version: 1\ntargets:\n  live:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    roles: { mx: 1 }\n    accounts: [{ address: a@example.test, password: env:MAILSPEC_TEST_UNSET }]\n',
    );
    const unset = await cli.mailspec('doctor', 'live');
    expect(unset.stderr).toContain('MAILSPEC_TEST_UNSET');
    expect(unset.code).toBe(3);
  });
});

test('a machine that has four times as much to do as it can is not well', () => {
  expect(loadOf(0.4, 2)).toMatchObject({ state: 'ok', line: '0.4 on 2 processors' });
  expect(loadOf(3, 2)).toMatchObject({ state: 'ok', line: expect.stringContaining('changes no verdict') });
  // Whoever gates on it cannot help it.
  expect(loadOf(8, 2)).toMatchObject({ state: 'ok', line: expect.stringContaining('wait') });
});

test('space is looked for where the folder will be made', async () => {
  expect(await spaceOf(join(cli.folder, 'a', 'b'), 1)).toMatchObject({ state: 'ok' });
  expect(await spaceOf(join(cli.folder, 'a', 'b'), Number.MAX_SAFE_INTEGER)).toMatchObject({ state: 'no' });
});

test('a line that is not well is never cut, and obeys no CI', () => {
  const long = 'x'.repeat(300);
  expect(diagnosisLine({ state: 'ok', what: 'mx', line: long }).length).toBeLessThan(200);
  expect(diagnosisLine({ state: 'no', what: 'mx', line: `${long} ##[error]`, todo: 'this.' })).toMatch(
    /x{300} \\x23#\[error\].*this\.$/,
  );
});
