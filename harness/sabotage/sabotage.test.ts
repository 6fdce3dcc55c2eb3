import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DETECTORS, SABOTAGES } from './sabotages.ts';

const SABOTEUR = fileURLToPath(new URL('saboteur.ts', import.meta.url));

/** What a detector says in a process of its own; a process that breaks has detected nothing. */
function said(...args: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [SABOTEUR, ...args], { timeout: 170_000 }, (failure, stdout, stderr) => {
      if (failure) reject(new Error(`The detector ended with ${failure.code}: ${stderr}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

describe.concurrent('the harness does its duty', () => {
  for (const detector of DETECTORS) {
    test(detector, async () => {
      expect(await said(detector)).toEqual([]);
    });
  }
});

describe.concurrent('it is noticed when the harness no longer sees to it that', () => {
  for (const { neglects, detector, noticed, file, line, instead } of SABOTAGES) {
    test(`${neglects} (${detector})`, async () => {
      expect(await said(detector, file, line, instead)).toContainEqual(expect.stringContaining(noticed));
    });
  }
});

describe('the table', () => {
  test('has every detector, and each of them notices something', () => {
    const files = readdirSync(new URL('detectors/', import.meta.url)).map((name) =>
      name.replace(/\.ts$/, ''),
    );
    expect([...DETECTORS].sort()).toEqual(files.sort());
    expect([...new Set(SABOTAGES.map(({ detector }) => detector))].sort()).toEqual(files.sort());
  });

  test('names no duty twice', () => {
    const duties = SABOTAGES.map(({ neglects }) => neglects);
    expect(new Set(duties).size).toBe(duties.length);
  });
});
