import { createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Recorder } from '../../evidence/recorder.ts';
import { base64 } from '../../wire/bytes.ts';
import {
  connectTo,
  type Script,
  type ScriptedPeer,
  startScriptedServer,
} from '../../wire/scripted-server.testing.ts';
import { createImapClient } from '../imap.ts';
import { createPop3Client } from '../pop3.ts';
import { createSmtpClient } from '../smtp.ts';
import { authenticateImap, authenticatePop3, authenticateSmtp } from './authenticate.ts';
import { cramMd5 } from './cram-md5.ts';
import type { SaslOptions, SaslResult } from './exchange.ts';
import { external } from './external.ts';
import { login } from './login.ts';
import type { SaslMechanism } from './mechanism.ts';
import { plain } from './plain.ts';
import { scram } from './scram.ts';
import { scriptedMechanism } from './scripted.ts';

const TIM = { login: 'tim', password: 'tanstaaftanstaaf' };

/** How each protocol says the same things. */
interface Dialect {
  readonly greeting: string;
  readonly verb: string;
  readonly challenge: (text: string) => string;
  readonly success: string;
  readonly refusal: string;
  readonly authenticate: (
    server: { readonly script: Script },
    mechanism: SaslMechanism,
    options?: SaslOptions,
  ) => Promise<{ readonly result: SaslResult<unknown>; readonly recorder: Recorder }>;
}

async function opened(script: Script) {
  const server = await startScriptedServer(script);
  const { connection, recorder } = await connectTo(server, { replyMs: 2_000 });
  return {
    connection,
    recorder,
    async [Symbol.asyncDispose]() {
      connection.close();
      await server[Symbol.asyncDispose]();
      expect(server.failures).toEqual([]);
    },
  };
}

const DIALECTS: Readonly<Record<string, Dialect>> = {
  SMTP: {
    greeting: '220 mx',
    verb: 'AUTH',
    challenge: (text) => `334 ${text}`,
    success: '235 2.7.0 welcome',
    refusal: '535 5.7.8 no',
    async authenticate({ script }, mechanism, options) {
      await using session = await opened(script);
      const client = await createSmtpClient(session.connection, 'probe');
      return { result: await authenticateSmtp(client, mechanism, options), recorder: session.recorder };
    },
  },
  POP3: {
    greeting: '+OK ready',
    verb: 'AUTH',
    challenge: (text) => `+ ${text}`,
    success: '+OK welcome',
    refusal: '-ERR [AUTH] no',
    async authenticate({ script }, mechanism, options) {
      await using session = await opened(script);
      const client = await createPop3Client(session.connection);
      return { result: await authenticatePop3(client, mechanism, options), recorder: session.recorder };
    },
  },
  IMAP: {
    greeting: '* OK [CAPABILITY IMAP4rev1 SASL-IR] ready',
    verb: 'm1 AUTHENTICATE',
    challenge: (text) => `+ ${text}`,
    success: 'm1 OK welcome',
    refusal: 'm1 NO [AUTHENTICATIONFAILED] no',
    async authenticate({ script }, mechanism, options) {
      await using session = await opened(script);
      const client = await createImapClient(session.connection);
      return { result: await authenticateImap(client, mechanism, options), recorder: session.recorder };
    },
  },
};

function evidence(recorder: Recorder): string {
  return recorder.events.map((event) => ('text' in event ? event.text : '')).join('\n');
}

describe.each(Object.keys(DIALECTS))('%s', (protocol) => {
  const dialect = DIALECTS[protocol];
  if (!dialect) throw new Error(`No dialect for ${protocol}.`);
  const { greeting, verb, challenge, success, refusal, authenticate } = dialect;

  /** Greets, collects the lines that the client sends, and answers them in turn. */
  function script(lines: string[], ...answers: readonly string[]): { readonly script: Script } {
    return {
      async script(peer: ScriptedPeer) {
        await peer.write(greeting);
        for (const answer of answers) {
          lines.push(await peer.readLine());
          await peer.write(answer);
        }
      },
    };
  }

  test('PLAIN with initial response', async () => {
    const lines: string[] = [];
    const { result, recorder } = await authenticate(script(lines, success), plain(TIM));
    const message = base64('\0tim\0tanstaaftanstaaf');
    expect(lines).toEqual([`${verb} PLAIN ${message}`]);
    expect(result).toMatchObject({ accepted: true, cancelled: false, outcome: { kind: 'reply' } });
    expect(result.transcript).toEqual([
      { from: 'client', bytes: Buffer.from('\0tim\0tanstaaftanstaaf'), wellFormed: true },
    ]);
    expect(evidence(recorder)).toContain(`${verb} PLAIN [secret ${message.length} octets`);
  });

  test('PLAIN without initial response, after a challenge that is not empty', async () => {
    const lines: string[] = [];
    const { result } = await authenticate(script(lines, challenge('aGk='), success), plain(TIM), {
      initialResponse: false,
    });
    expect(lines).toEqual([`${verb} PLAIN`, base64('\0tim\0tanstaaftanstaaf')]);
    expect(result.accepted).toBe(true);
    expect(result.transcript[0]).toEqual({ from: 'server', bytes: Buffer.from('hi'), wellFormed: true });
  });

  test('a refusal is a reply, and is not accepted', async () => {
    const { result } = await authenticate(script([], refusal), plain(TIM));
    expect(result).toMatchObject({ accepted: false, cancelled: false, outcome: { kind: 'reply' } });
  });

  test('LOGIN answers two prompts; every line with the password is redacted', async () => {
    const lines: string[] = [];
    const { result, recorder } = await authenticate(
      script(lines, challenge('VXNlcm5hbWU6'), challenge('UGFzc3dvcmQ6'), success),
      login(TIM),
    );
    expect(lines).toEqual([`${verb} LOGIN`, base64('tim'), base64('tanstaaftanstaaf')]);
    expect(result.accepted).toBe(true);
    expect(result.transcript.map(({ from, bytes }) => `${from} ${bytes}`)).toEqual([
      'server Username:',
      'client tim',
      'server Password:',
      'client tanstaaftanstaaf',
    ]);
    expect(evidence(recorder)).not.toContain(base64('tanstaaftanstaaf'));
  });

  test('LOGIN with the name as initial response', async () => {
    const lines: string[] = [];
    await authenticate(script(lines, challenge('UGFzc3dvcmQ6'), success), login(TIM), {
      initialResponse: true,
    });
    expect(lines).toEqual([`${verb} LOGIN ${base64('tim')}`, base64('tanstaaftanstaaf')]);
  });

  test('CRAM-MD5 keeps the digest out of the record', async () => {
    const lines: string[] = [];
    const { recorder } = await authenticate(script(lines, challenge(base64('<1@x>')), success), cramMd5(TIM));
    const digest = createHmac('md5', TIM.password).update('<1@x>').digest('hex');
    expect(Buffer.from(lines[1] ?? '', 'base64').toString()).toBe(`tim ${digest}`);
    expect(evidence(recorder)).not.toContain(lines[1]);
  });

  test('SCRAM verifies the server, and neither proof nor server signature is recorded', async () => {
    let proof = '';
    let final = '';
    const mechanism = scram({ hash: 'SHA-256', ...TIM, nonce: 'client' });
    const serverFirst = 'r=client-server,s=c2FsdHNhbHQ=,i=4096';
    const { result, recorder } = await authenticate(
      {
        async script(peer) {
          await peer.write(greeting);
          const first = Buffer.from((await peer.readLine()).split(' ').at(-1) ?? '', 'base64').toString();
          await peer.write(challenge(base64(serverFirst)));
          proof = await peer.readLine();
          const withoutProof = Buffer.from(proof, 'base64').toString().replace(/,p=.*/, '');
          const salted = pbkdf2Sync(TIM.password, Buffer.from('saltsalt'), 4_096, 32, 'sha256');
          const key = createHmac('sha256', salted).update('Server Key').digest();
          const signed = createHmac('sha256', key).update(`${first.slice(3)},${serverFirst},${withoutProof}`);
          final = base64(`v=${signed.digest('base64')}`);
          await peer.write(challenge(final));
          expect(await peer.readLine()).toBe('');
          await peer.write(success);
        },
      },
      mechanism,
    );
    expect(result.accepted).toBe(true);
    expect(mechanism.facts).toMatchObject({ serverSignature: 'verified', iterations: 4_096 });
    expect(result.transcript.map(({ from }) => from)).toEqual([
      'client',
      'server',
      'client',
      'server',
      'client',
    ]);
    expect(proof.length).toBeGreaterThan(40);
    expect(evidence(recorder)).toContain(base64(serverFirst));
    expect(evidence(recorder)).not.toContain(proof.slice(-40));
    expect(evidence(recorder)).not.toContain(final.slice(4));
  });

  test('an empty initial response is an equals sign, an empty later one an empty line', async () => {
    const lines: string[] = [];
    await authenticate(script(lines, success), external());
    await authenticate(script(lines, challenge(''), success), external(), { initialResponse: false });
    expect(lines).toEqual([`${verb} EXTERNAL =`, `${verb} EXTERNAL`, '']);
  });

  test('an unexpected challenge is answered by a star, and the reply to that counts', async () => {
    const lines: string[] = [];
    const { result } = await authenticate(script(lines, challenge(''), refusal), plain(TIM));
    expect(lines[1]).toBe('*');
    expect(result).toMatchObject({ accepted: false, cancelled: true, outcome: { kind: 'reply' } });
  });

  test('a server that challenges on after the star is not followed', async () => {
    const lines: string[] = [];
    const { result } = await authenticate(script(lines, challenge(''), challenge('')), plain(TIM));
    expect(lines).toHaveLength(2);
    expect(result).toMatchObject({ accepted: false, cancelled: true });
  });

  test('a mechanism without messages only asks for the first challenge', async () => {
    const lines: string[] = [];
    const { result } = await authenticate(
      script(lines, challenge('Zm9v'), refusal),
      scriptedMechanism('X-NONE', []),
    );
    expect(lines).toEqual([`${verb} X-NONE`, '*']);
    expect(result.transcript.map(({ from, bytes }) => `${from} ${bytes}`)).toEqual(['server foo']);
  });

  test('a server that challenges without end is left', async () => {
    const endless: SaslMechanism = {
      name: 'X-LOOP',
      clientFirst: false,
      respond: () => ({ bytes: Buffer.alloc(0), secrets: [] }),
    };
    const lines: string[] = [];
    const { result } = await authenticate(
      script(lines, ...Array.from({ length: 40 }, () => challenge('')), refusal),
      endless,
    );
    expect(result.cancelled).toBe(true);
    expect(lines.at(-1)).toBe('*');
    expect(lines.length).toBeLessThan(20);
  });

  test.each(['!!!!', 'AAA=BBB', 'aGk', 'aGk= x'])(
    'a challenge that is not base64 is told: %j',
    async (text) => {
      const { result } = await authenticate(script([], challenge(text), refusal), login(TIM));
      expect(result.transcript[0]).toMatchObject({ from: 'server', wellFormed: false });
    },
  );

  test('end and silence are outcomes, with the transcript so far', async () => {
    const ended = await authenticate(script([], challenge('')), login(TIM));
    expect(ended.result).toMatchObject({ outcome: { kind: 'closed', how: 'fin' }, accepted: false });
    expect(ended.result.transcript).toHaveLength(2);
    const silent = await authenticate(
      {
        async script(peer) {
          await peer.write(greeting);
          await new Promise(() => {});
        },
      },
      plain(TIM),
      { withinMs: 40 },
    );
    expect(silent.result.outcome).toEqual({ kind: 'silence', waitedMs: 40 });
    expect(JSON.stringify(silent.recorder.events)).not.toContain(base64('\0tim\0tanstaaftanstaaf'));
  });
});

test('IMAP sends an initial response only where the server announced that it may', async () => {
  const lines: string[] = [];
  for (const capabilities of ['IMAP4rev1', 'IMAP4rev2']) {
    await using session = await opened(async (peer) => {
      await peer.write(`* OK [CAPABILITY ${capabilities}] ready`);
      const command = await peer.readLine();
      lines.push(command.split(' ').slice(1).join(' '));
      if (capabilities === 'IMAP4rev1') {
        await peer.write('+ ');
        await peer.readLine();
      }
      await peer.write('m1 OK');
    });
    const client = await createImapClient(session.connection);
    expect((await authenticateImap(client, plain(TIM))).accepted).toBe(true);
  }
  expect(lines).toEqual(['AUTHENTICATE PLAIN', `AUTHENTICATE PLAIN ${base64('\0tim\0tanstaaftanstaaf')}`]);
});
