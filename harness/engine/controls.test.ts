import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ControlBody, type ControlDefinition, control, type Finding } from '../check/control.ts';
import type { ControlResult } from '../model/control-result.ts';
import { evaluate } from './evaluate.ts';
import { checkOf } from './testing/definition.ts';
import { PASSWORD, smtpPeer, startPeers } from './testing/peer-target.ts';

const obedient = smtpPeer({ NOOP: '250 ok', EHLO: '250 mail.example.test', QUIT: '221 bye' });

function controlOf<Found extends Finding>(body: ControlBody<Found>, over: Partial<ControlDefinition> = {}) {
  return control(
    {
      id: 'noop-works',
      title: 'NOOP is answered',
      roles: ['mx'],
      effect: 'reads',
      safety: 'safe',
      budget: '5s',
      ...over,
    },
    body,
  );
}

describe('a control', () => {
  test('runs once for all checks that build on it, which read what it found', async () => {
    const results: ControlResult[] = [];
    await using peers = await startPeers({ mx: obedient }, { onControl: (one) => results.push(one) });
    let runs = 0;
    const noop = controlOf(async ({ smtp }) => {
      runs += 1;
      const { code, text } = await (await smtp()).command('NOOP');
      return { code, line: `NOOP: ${text}` };
    });
    const check = checkOf(
      async ({ finding, verify }) => {
        verify.equal(finding(noop).code, 250, 'NOOP is answered');
      },
      { buildsOn: [noop] },
    );
    const judged = await Promise.all([evaluate(check, peers.bench), evaluate(check, peers.bench)]);
    expect(judged.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
    expect(judged[0]?.controls).toEqual(['noop-works']);
    expect(runs).toBe(1);
    expect(results).toMatchObject([{ control: 'noop-works', state: 'found', line: 'NOOP: 250 ok' }]);
    expect(results[0]?.transcript.some(({ text }) => text.startsWith('NOOP'))).toBe(true);
    expect(results[0]?.source.file).toBe('harness/engine/controls.test.ts');
    // The check itself opened nothing, and its dialogue says what it builds on.
    expect(peers.connections.total).toBe(1);
    expect(judged[0]?.transcript.map(({ text }) => text)).toContain('control noop-works: NOOP: 250 ok');
  });

  test('that breaks off ends every check that builds on it, with its own reason; who only asks for the objection goes on', async () => {
    await using peers = await startPeers({ mx: obedient });
    let runs = 0;
    const leaves = controlOf(async ({ inconclusive }) => {
      runs += 1;
      return inconclusive('precondition', `Nothing leaves: 550 no relaying for ${PASSWORD}`);
    });
    let begun = 0;
    const builds = checkOf(
      async () => {
        begun += 1;
      },
      { buildsOn: [leaves] },
    );
    const consults = checkOf(
      async ({ objection, verify }) => {
        verify.equal(objection(leaves) === undefined, false, 'the reason is told');
      },
      { considers: [leaves] },
    );
    const [one, two, three] = await Promise.all(
      [builds, builds, consults].map((check) => evaluate(check, peers.bench)),
    );
    for (const result of [one, two])
      expect(result).toMatchObject({
        verdict: 'inconclusive',
        cause: 'precondition',
        endedBy: 'noop-works',
      });
    expect(one?.reason).toMatch(/^mx: Nothing leaves: 550 no relaying for /);
    expect(one?.reason).not.toContain(PASSWORD);
    expect(three?.verdict).toBe('pass');
    expect([runs, begun, peers.connections.total]).toEqual([1, 0, 0]);
  });

  test('that outlives its budget breaks off, and its time is not the time of checks', async () => {
    await using peers = await startPeers({ mx: obedient });
    const slow = controlOf(
      async ({ pause }) => {
        await pause(60_000);
        return { line: 'late' };
      },
      { budget: '200ms' },
    );
    const result = await evaluate(
      checkOf(async ({ finding }) => void finding(slow), { buildsOn: [slow], budget: '100ms' }),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'timeout' });
    expect(result.reason).toContain('The control did not end within its budget of 200 ms.');
  });

  test('of which the target has no role is not applicable, and so are its checks', async () => {
    const results: ControlResult[] = [];
    await using peers = await startPeers({ mx: obedient }, { onControl: (one) => results.push(one) });
    const users = controlOf(async () => ({ line: 'never' }), { roles: ['submissions'] });
    const result = await evaluate(
      checkOf(async ({ finding }) => void finding(users), { buildsOn: [users] }),
      peers.bench,
    );
    expect(result.verdict).toBe('not-applicable');
    expect(results).toMatchObject([{ state: 'not-applicable' }]);
  });

  test('that builds on another one ends with its reason', async () => {
    await using peers = await startPeers({ mx: obedient });
    const first = controlOf(async ({ inconclusive }) => inconclusive('precondition', 'The first is out.'));
    let begun = false;
    const second = controlOf(
      async () => {
        begun = true;
        return { line: 'fine' };
      },
      { id: 'second', buildsOn: [first] },
    );
    const result = await evaluate(
      checkOf(async ({ finding }) => void finding(second), { buildsOn: [second] }),
      peers.bench,
    );
    expect(result.reason).toBe('mx: The first is out.');
    expect(result.endedBy).toBe('noop-works');
    expect(begun).toBe(false);
  });

  test('with a mistake of ours leaves its checks open and blames mailspec', async () => {
    await using peers = await startPeers({ mx: obedient });
    const broken = controlOf(async () => {
      throw new TypeError('a defect of the control');
    });
    const result = await evaluate(
      checkOf(async ({ finding }) => void finding(broken), { buildsOn: [broken] }),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'harness' });
    expect(result.reason).toContain('The control noop-works failed: TypeError: a defect of the control');
  });

  test('that a check reads without naming it is an error of the check', async () => {
    await using peers = await startPeers({ mx: obedient });
    const unnamed = controlOf(async () => ({ line: 'fine' }));
    const result = await evaluate(
      checkOf(async ({ finding }) => void finding(unnamed)),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'error', cause: 'harness' });
    expect(result.reason).toContain('SMTP-999 reads the control noop-works and does not name it.');
  });

  test('has evidence of its own, sealed once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mailspec-controls-'));
    try {
      const results: ControlResult[] = [];
      await using peers = await startPeers(
        { mx: obedient },
        { evidenceFolder: folder, onControl: (one) => results.push(one) },
      );
      const noop = controlOf(async ({ smtp }) => ({ line: (await (await smtp()).command('NOOP')).text }));
      await evaluate(
        checkOf(async ({ verify }) => void verify.met('it is so', 'seen'), { buildsOn: [noop] }),
        peers.bench,
      );
      expect(await readdir(folder)).toContain(results[0]?.evidence?.file);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
