import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRecord } from '../../reports/model/schema.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { type ReferenceServer, startReference } from '../reference/server.ts';

const AUDIT = fileURLToPath(new URL('testing/audit.ts', import.meta.url));
const CHECK = new URL('../check/check.ts', import.meta.url).href;
const COMPOSE = new URL('../steps/compose.ts', import.meta.url).href;

/** What stands between the audit and port 25 and counts the messages that begin. */
interface Counter {
  readonly port: number;
  readonly mails: number;
  /** Called at each of them. */
  onMail: () => void;
  close(): Promise<void>;
}

let folder = '';
let server: ReferenceServer;
let counter: Counter;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-guest-'));
  server = await startReference();
  const { mx } = server.target.endpoints;
  if (!mx) throw new Error('The reference server has an mx.');
  counter = await countMail(mx);
});
afterEach(async () => {
  await counter.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function countMail(server: Endpoint): Promise<Counter> {
  const sockets = new Set<Socket>();
  const counted: Pick<Counter, 'onMail'> & { mails: number } = { mails: 0, onMail: () => undefined };
  const listener: Server = createServer((client) => {
    const target = connect(server);
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
    client.on('data', (octets: Buffer) => {
      for (const _mail of octets.toString('latin1').matchAll(/^MAIL FROM:/gim)) {
        counted.mails += 1;
        counted.onMail();
      }
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on a port.');
  return Object.assign(counted, {
    port: address.port,
    async close() {
      for (const one of sockets) one.destroy();
      listener.close();
      await once(listener, 'close');
    },
  });
}

/** A suite of one check that builds on a control; both send messages until somebody ends them. */
async function writeEndlessSuite(): Promise<void> {
  await mkdir(join(folder, 'suites', 'smtp-core'), { recursive: true });
  await mkdir(join(folder, 'suites', 'catalog', 'profiles'), { recursive: true });
  const definition = `roles: ['mx'], effect: 'delivers', safety: 'sends-mail', budget: '300s'`;
  await writeFile(
    join(folder, 'suites', 'smtp-core', 'made.check.ts'),
    `import { check, control } from '${CHECK}';
     import { compose } from '${COMPOSE}';
     async function sendOn(services) {
       const { account, helloName, nonce, offer } = services;
       for (;;) {
         const sender = 'probe@' + helloName;
         const content = compose(services, { from: sender, to: account().address, token: nonce });
         await offer({ content, sender });
       }
     }
     const endless = control({ id: 'endless', title: 'it ends', ${definition} }, sendOn);
     const statement = { title: 't', sends: 's', demands: 'd', level: 'MUST', severity: 'low',
       clauses: ['rfc5321#4'], needs: ['account'], kills: ['mx-omits-starttls'], ${definition} };
     export const one = check({ ...statement, id: 'SMTP-001', slug: 'one', buildsOn: [endless] }, sendOn);
     export const two = check({ ...statement, id: 'SMTP-002', slug: 'two' }, sendOn);\n`,
  );
  await writeFile(
    join(folder, 'suites', 'catalog', 'profiles', 'test.yaml'),
    'id: test\nversion: "1"\ntitle: Test\ndescription: Test\nverification: verified\ngates: { SMTP-001: fail, SMTP-002: fail }\n',
  );
}

/** Declares the reference server as one that runs already. */
async function declare(permissions: string): Promise<void> {
  const { target } = server;
  const [account] = target.accounts;
  await writeFile(join(folder, 'ca.pem'), target.trustAnchor ?? '');
  await writeFile(join(folder, 'password'), account?.password ?? '');
  await writeFile(
    join(folder, 'targets.yaml'),
    `version: 1
targets:
  local:
    driver: host
    address: 127.0.0.1
    mail-domain: ${target.domain}
    host-name: ${target.hostname}
    roles: { mx: ${counter.port}, imaps: ${target.endpoints.imaps?.port} }
    accounts: [{ address: ${account?.address}, password: "file:password" }]
    trust-anchor: { file: ca.pem }
    permissions: ${permissions}
    contact: ask@example.test
    timing: { reply: 5s, slack: 0s }
`,
  );
}

async function ended(child: ChildProcess): Promise<void> {
  child.stdout?.resume();
  child.stderr?.resume();
  await once(child, 'exit');
}

test('a run that is stopped sends nothing more, takes its messages back, and says so', async () => {
  await writeEndlessSuite();
  await declare('[safe, sends-mail]');
  const child = spawn(process.execPath, [AUDIT, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let atStop = Number.POSITIVE_INFINITY;
  counter.onMail = () => {
    if (counter.mails !== 20) return;
    atStop = counter.mails;
    child.kill('SIGINT');
  };
  await ended(child);
  // Two bodies sent; what each had on its way when the signal came is all that may follow.
  expect(counter.mails - atStop).toBeLessThanOrEqual(2);
  const { mailbox, target } = server;
  expect(mailbox(target.accounts[0]?.address ?? '')).toHaveLength(0);
  const run = parseRecord(await readFile(join(folder, 'out', 'results.json'), 'utf8'));
  expect(run.interrupted).not.toBeNull();
  expect(run.targets[0]?.guest).toEqual({
    permissions: ['safe', 'sends-mail'],
    authority: null,
    contact: 'ask@example.test',
  });
  const cleared = run.targets[0]?.controls?.find(({ control }) => control === 'own-messages');
  expect(cleared?.line).toMatch(/^[1-9]\d* messages of this run were deleted, none could not be/);
});

test('without the permission nothing is sent, nothing is left and nobody is logged in to clear', async () => {
  await writeEndlessSuite();
  await declare('[safe]');
  const child = spawn(process.execPath, [AUDIT, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  await ended(child);
  expect(counter.mails).toBe(0);
  const run = parseRecord(await readFile(join(folder, 'out', 'results.json'), 'utf8'));
  expect(run.targets[0]?.notSelected.map(({ check }) => check)).toEqual(['SMTP-001', 'SMTP-002']);
  expect(run.targets[0]?.controls ?? []).toEqual([]);
});
