import { randomBytes } from 'node:crypto';
import * as sasl from '../../client/sasl/sasl.ts';
import type { Sessions } from '../../engine/bench.ts';
import { openSessions } from '../../engine/sessions.ts';
import { createRecorder, type Recorder } from '../../evidence/recorder.ts';
import type { LabAccess } from '../../model/lab-access.ts';
import type { Role } from '../../model/roles.ts';
import type { Target } from '../../model/target.ts';
import { lines } from '../../wire/bytes.ts';
import type { CheckLab } from '../bench-lab.ts';
import { openBenchLab } from '../check-lab.ts';
import { clientDomain } from '../names.ts';

/** What a check body has of a target and its lab, for tests. */
export interface OpenWorld extends AsyncDisposable {
  readonly nonce: string;
  readonly world: CheckLab;
  readonly sessions: Sessions;
  readonly recorder: Recorder;
}

export function openWorld(target: Target, access: LabAccess, role: Role = 'submission'): OpenWorld {
  const nonce = randomBytes(8).toString('hex');
  const recorder = createRecorder();
  const stop = new AbortController();
  const { signal } = stop;
  const world = openBenchLab(access).open({ target, recorder, signal, nonce });
  let connections = 0;
  const sessions = openSessions({
    target,
    role,
    helloName: `probe-${nonce}.${clientDomain(access)}`,
    lab: access,
    recorder,
    nextConnection: () => {
      connections += 1;
      return connections;
    },
    limit: 8,
    signal,
  });
  return {
    nonce,
    world,
    sessions,
    recorder,
    async [Symbol.asyncDispose]() {
      sessions.closeAll();
      await world.close();
      stop.abort();
    },
  };
}

/** Submits a message of the first account to an address. */
export async function submit(
  { sessions, nonce }: OpenWorld,
  target: Target,
  recipient: string,
  vantage?: string,
): Promise<void> {
  const [account] = target.accounts;
  if (!account) throw new Error('The target has no account.');
  const client = await sessions.smtp({
    role: 'submission',
    at: 'tls',
    ...(vantage === undefined ? {} : { vantage }),
  });
  const { accepted } = await sasl.authenticateSmtp(client, sasl.plain(account));
  if (!accepted) throw new Error(`The login of ${account.address} failed.`);
  await client.command(`MAIL FROM:<${account.address}>`);
  await client.command(`RCPT TO:<${recipient}>`);
  const reply = await client.data(
    lines(`From: <${account.address}>`, `To: <${recipient}>`, `Subject: ${nonce}`, '', `token ${nonce}`),
  );
  await client.quit();
  if (reply.code !== 250) throw new Error(`The message to ${recipient} was refused: ${reply.text}`);
}
