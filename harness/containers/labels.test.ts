import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { OWNER_LABEL, ownerState, RUN_LABEL, runLabels } from './labels.ts';

describe('the owner of what is made for a run', () => {
  const labels = runLabels('run-1');
  const owner = labels[OWNER_LABEL] ?? '';

  it('is named beside the run', () => {
    expect(labels[RUN_LABEL]).toBe('run-1');
    expect(owner.split(' ')[1]).toBe(String(process.pid));
  });

  it('runs as long as this process', () => {
    expect(ownerState(owner)).toBe('running');
  });

  it('has ended when no such process runs', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(ownerState(owner.replace(` ${process.pid} `, ` ${pid} `))).toBe('ended');
  });

  it('has ended when its number belongs to a process that started at another time', () => {
    expect(ownerState(`${owner}0`)).toBe('ended');
  });

  it('is unknown on another machine, and where no owner is named', () => {
    expect(ownerState(`elsewhere-${owner}`)).toBe('unknown');
    expect(ownerState(undefined)).toBe('unknown');
    expect(ownerState('')).toBe('unknown');
  });
});
