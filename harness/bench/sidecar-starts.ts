import { randomBytes } from 'node:crypto';
import { connectEngine } from '../containers/engine.ts';
import { removeRun } from '../containers/remove.ts';
import { startSidecar } from '../lab/sidecar/sidecar.ts';

/** Seconds from the order to a lab in a sidecar that answers; the image is built before the first one. */
export async function sidecarStarts(runs: number): Promise<number[]> {
  const docker = (await connectEngine()).container.dockerode;
  const seconds: number[] = [];
  // The first start builds the image, which is no warm start.
  for (let run = 0; run <= runs; run += 1) {
    const runId = `bench-${randomBytes(4).toString('hex')}`;
    const started = performance.now();
    try {
      await startSidecar({
        docker,
        runId,
        target: { name: 'bench', domain: 'example.test', hostname: 'mail.example.test' },
        signal: new AbortController().signal,
      });
      if (run > 0) seconds.push((performance.now() - started) / 1000);
    } finally {
      await removeRun(docker, runId);
    }
  }
  return seconds;
}
