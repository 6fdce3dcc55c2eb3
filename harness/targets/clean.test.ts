import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectEngine, type Docker } from '../containers/engine.ts';
import { OWNER_LABEL, RUN_LABEL, runLabels } from '../containers/labels.ts';
import { removeRun } from '../containers/remove.ts';
import { cleanLeftovers, isLeftover } from './clean.ts';
import { engineForTests } from './testing/engine.ts';

const hasEngine = await engineForTests('the removal of leftovers');

/** Labels as a process leaves them that has ended since. */
function labelsOfEndedRun(runId: string): Record<string, string> {
  const labels = runLabels(runId);
  const { pid } = spawnSync(process.execPath, ['--version']);
  const owner = labels[OWNER_LABEL]?.replace(` ${process.pid} `, ` ${pid} `) ?? '';
  return { ...labels, [OWNER_LABEL]: owner };
}

describe('a leftover', () => {
  const foreign = { [RUN_LABEL]: 'x', [OWNER_LABEL]: 'another-machine/pid:[1] 1 unknown' };
  it.each([
    ['of a run that has ended', labelsOfEndedRun('x'), { sparing: true, all: true }],
    ['of a run that is going on', runLabels('x'), { sparing: false, all: true }],
    ['of another machine', foreign, { sparing: false, all: true }],
    ['whose owner is not named', { [RUN_LABEL]: 'x' }, { sparing: false, all: true }],
    ['of somebody else', { 'com.example.run': 'x' }, { sparing: false, all: false }],
    ['without labels', null, { sparing: false, all: false }],
  ])('%s', (_, labels, expected) => {
    expect({ sparing: isLeftover(labels, false), all: isLeftover(labels, true) }).toEqual(expected);
  });
});

describe.skipIf(!hasEngine)('cleanLeftovers', () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = (await connectEngine()).container.dockerode;
  });

  it('removes networks and volumes of a run that has ended, and keeps those of one that goes on', async () => {
    const id = randomBytes(6).toString('hex');
    const ended = labelsOfEndedRun(`test-${id}-ended`);
    const live = runLabels(`test-${id}-live`);
    for (const [state, labels] of Object.entries({ ended, live })) {
      await docker.createNetwork({ Name: `mailspec-${state}-${id}`, Labels: labels });
      await docker.createVolume({ Name: `mailspec-${state}-${id}`, Labels: labels });
    }
    try {
      const removed = await cleanLeftovers({ all: false });
      expect(removed.networks).toContain(`mailspec-ended-${id}`);
      expect(removed.volumes).toContain(`mailspec-ended-${id}`);
      expect(removed.networks).not.toContain(`mailspec-live-${id}`);
      expect(removed.volumes).not.toContain(`mailspec-live-${id}`);
      const left = await docker.listNetworks({ filters: { label: [RUN_LABEL] } });
      expect(left.map(({ Name }) => Name)).toContain(`mailspec-live-${id}`);
      expect(left.map(({ Name }) => Name)).not.toContain(`mailspec-ended-${id}`);
    } finally {
      await removeRun(docker, `test-${id}-live`);
      await removeRun(docker, `test-${id}-ended`);
    }
  });
});
