import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { REPORTS } from '../../reports/write.ts';
import type { EvidenceEvent } from '../evidence/events.ts';
import { octetsOf } from '../evidence/octets.ts';
import { startReference } from '../reference/server.ts';
import { formsOf } from '../sabotage/forms.ts';

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('after a run in which passwords were sent, none stands in anything that was written or printed', async () => {
  const server = await startReference();
  try {
    const { accounts, endpoints, trustAnchor } = server.target;
    const env = Object.fromEntries(
      accounts.map(({ password }, index) => [`MAILSPEC_TEST_PASSWORD_${index}`, password]),
    );
    await writeFile(join(folder, 'ca.pem'), trustAnchor ?? '');
    await writeFile(
      join(folder, 'targets.yaml'),
      `version: 1
targets:
  live:
    driver: host
    address: 127.0.0.1
    mail-domain: example.test
    host-name: mail.example.test
    trust-anchor: { file: ca.pem }
    roles: { ${Object.entries(endpoints)
      .map(([role, endpoint]) => `${role}: ${endpoint?.port}`)
      .join(', ')} }
    permissions: [safe, sends-mail, intrusive]
    connections: 32
    timing: { reply: 3s, quiet: 150ms, slack: 0s }
    accounts:
${accounts
  .map(
    ({ address }, index) =>
      `      - { address: ${address}, password: 'env:MAILSPEC_TEST_PASSWORD_${index}', disposable: true, allow-cleartext-secret: true }`,
  )
  .join('\n')}
`,
    );
    const only = ['plaintext-auth', 'starttls', 'submission', 'pop3-core', 'imap-core'];
    const printed = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [CLI, 'audit', 'live', '--only', ...only],
        { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 64 * 1_048_576 },
        (_failure, stdout, stderr) => resolve(stdout + stderr),
      );
    });
    expect(printed).toContain('in the profile baseline');
    const out = join(folder, 'mailspec-report');
    const names = await readdir(out, { recursive: true, withFileTypes: true });
    const files = await Promise.all(
      names
        .filter((entry) => entry.isFile())
        .map(async (entry) => ({
          name: join(entry.parentPath, entry.name),
          text: await readFile(join(entry.parentPath, entry.name), 'utf8'),
        })),
    );
    const record: RunRecord = JSON.parse(await readFile(join(out, 'results.json'), 'utf8'));
    const evidence = files.filter(({ name }) => name.includes('evidence'));
    const wire = evidence.map(({ name, text }) => ({ name: `the octets of ${name}`, text: octetsIn(text) }));

    const leaks = accounts.flatMap(({ password }) =>
      formsOf(password).flatMap(({ form, pattern }) =>
        [...files, ...wire, { name: 'what was printed', text: printed }]
          .filter(({ text }) => text.includes(pattern))
          .map(({ name }) => `${name} holds a password ${form}.`),
      ),
    );
    expect(leaks).toEqual([]);
    // The passwords were really sent, and what was looked through is everything there is.
    const redactions = record.targets
      .flatMap(({ results }) => results)
      .reduce((sum, result) => sum + (result.evidence?.redactions ?? 0), 0);
    expect(redactions).toBeGreaterThan(50);
    expect(record.counts.pass).toBeGreaterThan(40);
    for (const name of [...REPORTS.map(({ file }) => file), 'live.jsonl'])
      expect(files.map((file) => file.name)).toContainEqual(expect.stringContaining(name));
  } finally {
    await server.close();
  }
});

/** The octets of each direction of each connection, joined. */
function octetsIn(evidence: string): string {
  const streams = new Map<string, string>();
  for (const line of evidence.trimEnd().split('\n')) {
    const event: EvidenceEvent = JSON.parse(line);
    if (event.kind !== 'send' && event.kind !== 'recv') continue;
    const key = `${event.connection} ${event.kind}`;
    streams.set(key, (streams.get(key) ?? '') + octetsOf(event).toString('latin1'));
  }
  return [...streams.values()].join('\n');
}
