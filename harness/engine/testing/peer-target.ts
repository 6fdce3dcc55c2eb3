import { claimsOf } from '../../model/claims.ts';
import type { ControlResult } from '../../model/control-result.ts';
import type { Role } from '../../model/roles.ts';
import type { Target } from '../../model/target.ts';
import { timingOf } from '../../model/timing.ts';
import { type Script, type ScriptedPeer, startScriptedServer } from '../../wire/scripted-server.testing.ts';
import type { Bench } from '../bench.ts';
import { createBench } from '../create-bench.ts';

export const PASSWORD = 'c0rrect+horse/battery~staple';

/** Servers of a test, one per role, as a target with a bench. */
export interface PeerTarget extends AsyncDisposable {
  readonly target: Target;
  readonly bench: Bench;
  /** Connections that the servers have open at this moment, and how many there were in all. */
  readonly connections: { readonly open: number; readonly total: number };
  /** Ends the server of a role: connections to it are refused from then on. */
  stop(role: Role): Promise<void>;
}

export interface PeerOptions {
  readonly target?: Partial<Target>;
  readonly replyMs?: number;
  readonly slackMs?: number;
  readonly evidenceFolder?: string;
  readonly signal?: AbortSignal;
  readonly onControl?: (result: ControlResult) => void;
}

/** Starts a scripted server for each role that is given. */
export async function startPeers(
  scripts: Partial<Record<Role, Script>>,
  options: PeerOptions = {},
): Promise<PeerTarget> {
  const counted = { open: 0, total: 0 };
  const servers = await Promise.all(
    Object.entries(scripts).map(async ([role, script]) => ({
      role,
      server: await startScriptedServer((peer) => {
        counted.open += 1;
        counted.total += 1;
        peer.socket.once('close', () => {
          counted.open -= 1;
        });
        return script(peer);
      }),
    })),
  );
  const target: Target = {
    name: 'scripted',
    driver: 'host',
    domain: 'example.test',
    hostname: 'mail.example.test',
    endpoints: Object.fromEntries(servers.map(({ role, server }) => [role, server.endpoint])),
    accounts: [
      {
        address: 'alice@example.test',
        login: 'alice@example.test',
        password: PASSWORD,
        disposable: true,
        cleartextSecret: true,
      },
    ],
    trustAnchor: null,
    connections: 8,
    permissions: ['safe', 'sends-mail', 'intrusive'],
    claims: claimsOf({ 'public-mx': true, 'submission-requires-tls': true }),
    timing: timingOf({
      reply: `${options.replyMs ?? 5_000}ms`,
      quiet: '50ms',
      slack: `${options.slackMs ?? 0}ms`,
    }),
    ...options.target,
  };
  return {
    target,
    connections: counted,
    bench: createBench({
      target,
      runId: 'test',
      evidenceFolder: options.evidenceFolder ?? null,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.onControl ? { onControl: options.onControl } : {}),
    }),
    async stop(role) {
      const at = servers.findIndex((one) => one.role === role);
      if (at < 0) throw new Error(`No server of this test plays ${role}, or it was stopped already.`);
      for (const { server } of servers.splice(at, 1)) await server[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      for (const { server } of servers) await server[Symbol.asyncDispose]();
    },
  };
}

/** An SMTP server that greets and answers each command by its word; without an answer it stays silent. */
export function smtpPeer(
  answers: Readonly<Record<string, string | ((peer: ScriptedPeer, command: string) => Promise<void> | void)>>,
): Script {
  return async (peer) => {
    await peer.write('220 mail.example.test ready');
    for (;;) {
      const command = await peer.readLine();
      const answer = answers[command.split(' ')[0]?.toUpperCase() ?? ''];
      if (typeof answer === 'string') await peer.write(answer);
      else await answer?.(peer, command);
    }
  };
}

/** Holds a connection open and says nothing. */
export const silence: Script = () => new Promise(() => {});
