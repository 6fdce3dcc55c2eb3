import { expect, test } from 'vitest';
import { openCommandLine } from './testing/command-line.ts';
import { goVendorsWay } from './testing/vendors-way.ts';

test('a vendor audits three times and seals; whoever has the archive verifies it, and refuses one that was changed', async () => {
  const vendor = await openCommandLine();
  try {
    await vendor.targets(
      `version: 1
targets:
  product:
    driver: reference
    conformance-statement:
      vendor: Example GmbH
      product: Example Mail
      version: "4.2"
      features: { spf-domain: true }
`,
    );
    const only = ['--only', 'SPF-023', 'STLS-001', 'PTA-001'];
    await goVendorsWay(vendor, ['product', '--profile', 'bsi-tr-03108', ...only]);
    const report = await vendor.mailspec('report', 'runs/1', '--format', 'bsi-markdown');
    expect(report.stdout).toContain('#### `D SPF of the own domain (MUST)`, claimed: yes: passed\n');
  } finally {
    await vendor.remove();
  }
});
