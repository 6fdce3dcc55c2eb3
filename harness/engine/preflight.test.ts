import { afterEach, expect, test } from 'vitest';
import { openBenchLab } from '../lab/check-lab.ts';
import { type LoopbackLab, startLoopbackLab } from '../lab/loopback.ts';
import { openWorld } from '../lab/testing/open-world.ts';
import type { LabAccess } from '../model/lab-access.ts';
import { Inconclusive } from '../model/outcomes.ts';
import type { Target } from '../model/target.ts';
import type { Preflight } from '../model/vantage.ts';
import { startReferenceInLab } from '../reference/in-lab/reference-lab.ts';
import { startReference } from '../reference/server.ts';
import { type ScriptedServer, startScriptedServer } from '../wire/scripted-server.testing.ts';
import { createBench } from './create-bench.ts';
import { evaluate } from './evaluate.ts';
import { preflight } from './preflight.ts';
import { checkOf } from './testing/definition.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function look(target: Target, access: LabAccess): Promise<Preflight> {
  const bench = createBench({ target, runId: 'test', evidenceFolder: null });
  return preflight({ ...bench, lab: openBenchLab(access) });
}

/** An mx whose answers may depend on the address of the client. */
async function startMx(answers: {
  readonly relays: (client: string) => boolean;
  readonly capabilities?: (client: string) => string;
}): Promise<{ target: Target; access: LabAccess; lab: LoopbackLab; server: ScriptedServer }> {
  const server = await startScriptedServer(async (peer) => {
    const client = peer.clientAddress.replace(/:\d+$/, '');
    await peer.write('220 mail.example.test');
    for (;;) {
      const command = await peer.readLine();
      if (command.startsWith('EHLO')) {
        await peer.write('250-mail.example.test', `250 ${answers.capabilities?.(client) ?? 'PIPELINING'}`);
      } else if (command.startsWith('RCPT') && !answers.relays(client)) {
        await peer.write('554 5.7.1 no');
      } else if (command === 'QUIT') {
        await peer.write('221 bye');
        return;
      } else await peer.write('250 ok');
    }
  });
  ends.push(async () => server[Symbol.asyncDispose]());
  const lab = await startLoopbackLab();
  ends.push(() => lab.close());
  const reference = await startReference();
  await reference.close();
  const target = { ...reference.target, endpoints: { mx: server.endpoint } };
  return { target, access: await lab.admit({ ...target, outboundMs: 1_000 }), lab, server };
}

test('no vantage is trusted by a good server', async () => {
  const { server, access, close } = await startReferenceInLab();
  ends.push(close);
  const found = await look(server.target, access);
  expect(found.trustedVantage).toBe(false);
  expect(found.notes).toHaveLength(access.vantages.length);
  expect(found.notes[0]).toMatch(/550 5\.7\.1/);
});

test('a server that announces more to all vantages than to an address of another kind favours their kind', async () => {
  let stranger = '';
  const { target, access } = await startMx({
    relays: () => false,
    capabilities: (client) => (client === stranger ? 'PIPELINING' : 'AUTH PLAIN'),
  });
  const elsewhere = access.unused.slice(0, 1);
  stranger = elsewhere[0]?.address ?? '';
  expect((await look(target, access)).trustedVantage).toBe(false);
  const found = await look(target, { ...access, elsewhere });
  expect(found.trustedVantage).toBe(true);

  const about = (asStranger: boolean) =>
    evaluate(
      checkOf(
        async ({ verify }) =>
          void verify.that(true, { demand: 'AUTH is not announced', expected: '', actual: '' }),
        asStranger ? { asStranger } : {},
      ),
      createBench({
        target,
        lab: openBenchLab({ ...access, preflight: found }),
        runId: 'test',
        evidenceFolder: null,
      }),
    );
  expect(await about(true)).toMatchObject({ verdict: 'inconclusive', cause: 'environment' });
  expect(await about(false)).toMatchObject({ verdict: 'pass' });
});

test('a server that relays for one address trusts it', async () => {
  let trusted = '';
  const { target, access } = await startMx({ relays: (client) => client === trusted });
  trusted = access.vantages[0]?.address ?? '';
  const found = await look(target, access);
  expect(found.trustedVantage).toBe(true);

  await using open = openWorld(target, { ...access, preflight: found }, 'mx');
  const failure = (() => {
    try {
      return open.world.assertUntrusted();
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(failure).toBeInstanceOf(Inconclusive);
  expect(failure).toMatchObject({ why: 'environment', message: expect.stringContaining(trusted) });
});

test('a server that announces more to one network trusts it', async () => {
  const { target, access } = await startMx({
    relays: () => false,
    capabilities: (client) => (client.endsWith('.10') ? 'AUTH PLAIN' : 'PIPELINING'),
  });
  const found = await look(target, access);
  expect(found.trustedVantage).toBe(true);
  expect(found.notes.join('\n')).toContain('AUTH PLAIN');
});

test('a server that relays for everybody is an open relay, and trusts nobody in particular', async () => {
  const { target, access } = await startMx({ relays: () => true });
  const found = await look(target, access);
  expect(found.trustedVantage).toBe(false);
  expect(found.notes.filter((note) => note.endsWith(': 250 ok'))).toHaveLength(access.vantages.length);
  await using open = openWorld(target, { ...access, preflight: found }, 'mx');
  expect(() => open.world.assertUntrusted()).not.toThrow();
});

test('a server that cannot be reached from a vantage is told about', async () => {
  const { target, access, server } = await startMx({ relays: () => false });
  await server[Symbol.asyncDispose]();
  const found = await look(target, access);
  expect(found.trustedVantage).toBe(false);
  expect(found.notes.join('\n')).toContain('ECONNREFUSED');
});
