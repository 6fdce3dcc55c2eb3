import { afterEach, describe, expect, test } from 'vitest';
import { startReference } from '../../reference/server.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../wire/scripted-server.testing.ts';
import { lookAt } from './look.ts';

const { signal } = new AbortController();
const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

/** A server that greets, and keeps every line that comes. */
async function greeter(greeting: string, said: string[] = []) {
  return peer(async ({ write, readLine }) => {
    await write(greeting);
    for (;;) {
      const line = await readLine();
      said.push(line);
      if (line === 'QUIT') return write(greeting.startsWith('+') ? '+OK bye' : '221 bye');
      if (line.endsWith('LOGOUT')) return write('* BYE', `${line.split(' ')[0]} OK bye`);
    }
  });
}

async function peer(script: Script) {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server.endpoint;
}

const looking = { port: 25, tls: 'upgrade', serverName: '', withinMs: 2_000, signal } as const;

describe('a look at a port', () => {
  test.each([
    ['smtp', '220 mail.shop.example ESMTP', true, 'mail.shop.example', /^QUIT$/],
    ['smtp', '554 go away', false, 'go', /^QUIT$/],
    ['pop3', '+OK ready', true, null, /^QUIT$/],
    ['pop3', '-ERR busy', false, null, /^QUIT$/],
    ['imap', '* OK ready', true, null, /^\S+ LOGOUT$/],
    ['imap', '* BYE busy', false, null, /^\S+ LOGOUT$/],
  ] as const)(
    'knows %s by "%s", and says nothing but its farewell',
    async (protocol, text, isReady, name, farewell) => {
      const said: string[] = [];
      const look = await lookAt(await greeter(text, said), looking);
      expect(look).toEqual({
        port: 25,
        greeting: { protocol, tls: 'upgrade', isReady, text, name },
        failure: null,
      });
      expect(said).toEqual([expect.stringMatching(farewell)]);
    },
  );

  test('waits for the whole of a greeting in several lines before it says anything', async () => {
    let early = '';
    const endpoint = await peer(async ({ write, socket, segments, readLine }) => {
      await write('220-mail.shop.example');
      await new Promise((resolve) => setTimeout(resolve, 300));
      early = Buffer.concat(segments).toString();
      await write('220 ready');
      expect(await readLine()).toBe('QUIT');
      socket.end();
    });
    const { greeting } = await lookAt(endpoint, looking);
    expect(greeting).toMatchObject({ isReady: true, name: 'mail.shop.example' });
    expect(early).toBe('');
  });

  test('begins with TLS where that comes first', async () => {
    const server = await startReference();
    try {
      const { imaps, submissions } = server.target.endpoints;
      for (const [endpoint, protocol] of [
        [imaps, 'imap'],
        [submissions, 'smtp'],
      ] as const) {
        if (!endpoint) throw new Error('The reference server lacks a role.');
        const { greeting } = await lookAt(endpoint, { ...looking, tls: 'implicit' });
        expect(greeting).toMatchObject({ protocol, tls: 'implicit', isReady: true });
      }
    } finally {
      await server.close();
    }
  });

  test('sees a server that speaks in the clear where TLS was to come first', async () => {
    const endpoint = await greeter('220 mail.shop.example');
    expect((await lookAt(endpoint, { ...looking, tls: 'implicit' })).greeting).toMatchObject({
      tls: 'upgrade',
    });
  });

  test('says nothing at all to who is no mail server', async () => {
    const said: string[] = [];
    const endpoint = await greeter('SSH-2.0-OpenSSH_9.2', said);
    expect(await lookAt(endpoint, looking)).toEqual({
      port: 25,
      greeting: null,
      failure: 'what answers is no mail server',
    });
    expect(said).toEqual([]);
  });

  test('tells why nothing greets', async () => {
    const closed = await peer(async () => undefined);
    const silent = await peer(() => new Promise(() => {}));
    const failureAt = async (endpoint: typeof closed, tls: 'upgrade' | 'implicit' = 'upgrade') =>
      (await lookAt(endpoint, { ...looking, tls, withinMs: 400 })).failure;
    expect(await failureAt(closed)).toBe('the connection is closed without a greeting');
    expect(await failureAt(silent)).toBe('the connection is taken, and no greeting comes');
    expect(await failureAt(silent, 'implicit')).toMatch(/^no TLS comes about: /);
    expect(await failureAt({ host: '127.0.0.1', port: 1 })).toBe('nobody listens');
  });

  test('shows what a server says in visible notation', async () => {
    const { greeting } = await lookAt(await greeter('220 mail\u001b[31m.example ready'), looking);
    expect(greeting?.text).toBe('220 mail\\x1b[31m.example ready');
  });
});
