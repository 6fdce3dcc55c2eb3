import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOSTILE_TEXTS } from '../../reports/fixtures/hostile-text.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { REPORTS } from '../../reports/write.ts';
import { CRLF } from '../wire/bytes.ts';

const CLI = fileURLToPath(new URL('mailspec.mjs', import.meta.url));

/** Everything that has broken a report, as one line of a reply can carry it: without the ends of lines. */
const PAYLOADS: readonly Buffer[] = [
  ...HOSTILE_TEXTS.filter((text) => text.length < 300).map((text) => Buffer.from(text)),
  Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)),
].map((octets) => Buffer.from(octets.filter((octet) => octet !== 10 && octet !== 13)));

let folder = '';
const servers: Server[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-hostile-'));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A server that offers nothing and refuses everything, with the next of `texts` in each reply. @returns its port */
async function startServer(texts: readonly Buffer[]): Promise<number> {
  let turn = 0;
  const server = createServer((socket) => {
    const reply = (code: number) => {
      const text = texts[turn % texts.length] ?? Buffer.alloc(0);
      turn += 1;
      socket.write(Buffer.concat([Buffer.from(`${code} mail.example.test `), text, CRLF]));
    };
    let pending = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
        const verb = pending.slice(0, 4).toUpperCase();
        pending = pending.slice(end + 1);
        reply(
          verb === 'EHLO' || verb === 'HELO' || verb === 'NOOP' || verb === 'RSET'
            ? 250
            : verb === 'QUIT'
              ? 221
              : 550,
        );
        if (verb === 'QUIT') socket.end();
      }
    });
    reply(220);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Audits a server; what was printed, the record, and every report. */
async function audit(name: string, texts: readonly Buffer[]) {
  const port = await startServer(texts);
  await writeFile(
    join(folder, `${name}.yaml`),
    `version: 1\ntargets:\n  server:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: ${port} }\n    permissions: [safe]\n    connections: 16\n    timing: { reply: 2s, quiet: 100ms, slack: 0s }\n`,
  );
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...env } = process.env;
  const args = [
    'audit',
    '--targets',
    `${name}.yaml`,
    '--out',
    name,
    '--only',
    'starttls',
    'plaintext-auth',
    'open-relay',
  ];
  const printed = await new Promise<string>((resolve) => {
    const options = { cwd: folder, env, maxBuffer: 64 * 1_048_576 };
    execFile(process.execPath, [CLI, ...args], options, (_failure, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  const read = (file: string) => readFile(join(folder, name, file), 'utf8');
  const record: RunRecord = JSON.parse(await read('results.json'));
  const reports = await Promise.all(REPORTS.map(async ({ file }) => ({ file, content: await read(file) })));
  return { printed, record, reports };
}

test('what a server says in its replies changes no verdict and breaks no report, terminal or CI log', async () => {
  const polite = await audit('polite', [Buffer.from('at your service')]);
  const hostile = await audit('hostile', PAYLOADS);
  const verdicts = ({ targets }: RunRecord) =>
    targets.flatMap(({ results }) =>
      results.map(({ check, verdict, cause }) => `${check} ${verdict} ${cause}`),
    );
  expect(verdicts(polite.record).filter((verdict) => / (pass|fail) /.test(verdict)).length).toBeGreaterThan(
    3,
  );
  expect(verdicts(hostile.record)).toEqual(verdicts(polite.record));
  expect(hostile.record).toMatchObject({
    conclusion: polite.record.conclusion,
    exitCode: polite.record.exitCode,
    interrupted: null,
  });
  // The run ended with the conclusion, so every report was read back and agreed with the record.
  expect(hostile.printed).toContain('in the profile baseline');
  expect(JSON.stringify(hostile.record)).toContain('attacker.example');
  for (const { file, content } of hostile.reports) {
    expect({ file, found: /[^\n\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/u.exec(content)?.[0] }).toEqual({ file });
  }
  // The runner of GitHub obeys a line that begins with a command, and `##[` anywhere: no other may be in there.
  for (const line of hostile.reports.find(({ file }) => file === 'annotations.txt')?.content.split('\n') ??
    [])
    expect(line).toMatch(
      /^(?:|mailspec .*|::(?:error|warning|notice) title=[^:,]*,file=[^:,]*,line=\d+::.*)$/,
    );
  for (const line of hostile.printed.split('\n')) {
    expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
    expect(line).not.toMatch(/^\s*::|##\[|##vso\[|##teamcity\[/i);
  }
});
