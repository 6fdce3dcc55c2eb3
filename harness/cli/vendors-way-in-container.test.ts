import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { engineForTests } from '../targets/testing/engine.ts';
import { openCommandLine } from './testing/command-line.ts';
import { goVendorsWay } from './testing/vendors-way.ts';

const hasEngine = await engineForTests('the way of a vendor with a real server');
const TARGETS = fileURLToPath(new URL('../../targets.yaml', import.meta.url));

describe.skipIf(!hasEngine)('a real server', () => {
  test('is audited three times, sealed, verified elsewhere, and refused once it was changed', async () => {
    const vendor = await openCommandLine();
    try {
      const only = ['--only', 'STLS-001', 'STLS-005', 'PTA-001'];
      await goVendorsWay(vendor, [
        'postfix-dovecot',
        '--targets',
        TARGETS,
        '--profile',
        'bsi-tr-03108',
        ...only,
      ]);
    } finally {
      await vendor.remove();
    }
  });
});
