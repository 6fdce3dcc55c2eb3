import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, openCommandLine } from './testing/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
  await cli.targets(
    `version: 1
default: [shop]
targets:
  shop:
    driver: reference
    conformance-statement:
      vendor: Example GmbH
      product: Example <b>Mail</b>
      version: "4.2"
      features: { tls-inbound: true, spf-domain: true, dane-outbound: false, mta-sts-outbound: false }
  other:
    driver: reference
`,
  );
  await cli.mailspec('audit', '--profile', 'bsi-tr-03108', '--only', 'SPF-023', '--quiet');
});
afterAll(() => cli.remove());

test('the report of the test specifications goes by the statement, and calls nothing passed that was not asked', async () => {
  const written = await cli.mailspec('report', '--format', 'bsi', '--out', 'bsi.html');
  expect(written).toEqual({ code: 0, stdout: '', stderr: '' });
  const page = await readFile(join(cli.folder, 'bsi.html'), 'utf8');
  expect(page).toContain('This is no report of the BSI');
  expect(page).toContain('Example &lt;b&gt;Mail&lt;/b&gt;');
  const { stdout } = await cli.mailspec('report', '--format', 'bsi-markdown');
  const lines = stdout.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '- vendor: `Example GmbH`',
      '### `TR-03108-P` `2.0` on `shop`: failed',
      '#### `C DANE when sending (MUST)`, claimed: no: failed: demanded, and not claimed',
      '#### `J MTA-STS when sending (SHOULD)`, claimed: no: not claimed',
      '#### `E TLS when receiving (MUST)`, claimed: yes: open',
      '- `E-06` not tested: ITLS-005 not asked',
      '### `TR-03182-P` `1.0` on `shop`: open',
      '#### `D SPF of the own domain (MUST)`, claimed: yes: passed',
      '- `D-01` passed: SPF-023 pass',
    ]),
  );
  // Three cases are decided by the one check that was asked; nothing else can have passed.
  expect(lines.filter((line) => /^- `\S+` passed: /.test(line))).toHaveLength(3);
});

test('without a statement nothing passes as a whole, and a profile without specifications has no such report', async () => {
  await cli.mailspec('audit', 'other', '--profile', 'bsi-tr-03108', '--only', 'SPF-023', '--quiet');
  const { stdout } = await cli.mailspec('report', '--format', 'bsi-markdown');
  expect(stdout).toContain('The targets file has no conformance statement');
  expect(stdout).toContain('### `TR-03182-P` `1.0` on `other`: open');
  await cli.mailspec('audit', 'other', '--only', 'SPF-023', '--quiet');
  expect(await cli.mailspec('report', '--format', 'bsi')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('has the profile baseline, which follows no test specification'),
  });
});
