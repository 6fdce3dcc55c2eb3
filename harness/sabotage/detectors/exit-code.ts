import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../cli/main.ts';
import { type Detector, untrue } from '../findings.ts';

/** The command line ends with the conclusion of the run. */
const detect: Detector = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-exit-'));
  const write = process.stdout.write;
  try {
    await writeFile(
      join(folder, 'targets.yaml'),
      'version: 1\ntargets:\n  bad:\n    driver: reference\n    faults: [mx-omits-starttls]\n',
    );
    process.stdout.write = () => true;
    const files = ['--targets', join(folder, 'targets.yaml'), '--out', join(folder, 'out')];
    const code = await main(['node', 'mailspec', 'audit', 'bad', '--only', 'STLS-001', ...files]);
    return untrue([code === 1, `A run with a finding ends with ${code}.`]);
  } finally {
    process.stdout.write = write;
    await rm(folder, { recursive: true, force: true });
  }
};

export default detect;
