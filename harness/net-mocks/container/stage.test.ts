import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectLab } from '../control/client.ts';
import { stageContext } from './stage.ts';

test('the build context runs on its own, with every package that it needs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'net-mocks-context-'));
  await stageContext(folder);
  await access(join(folder, 'Dockerfile'));
  await expect(access(join(folder, 'dns', 'server.test.ts'))).rejects.toThrow();
  const child = spawn(process.execPath, [join(folder, 'main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { NET_MOCKS_CONFIG: '{"control": {"port": 0}}' },
  });
  try {
    const [line] = await once(child.stdout, 'data');
    const lab = connectLab(`http://127.0.0.1:${JSON.parse(line.toString()).control.port}`);
    const issued = await lab.certificates.issue({ names: ['a.test'] });
    expect(issued.chain).toContain('BEGIN CERTIFICATE');
    await lab.close();
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    await rm(folder, { recursive: true });
  }
});
