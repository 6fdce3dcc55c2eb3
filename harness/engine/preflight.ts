import { randomBytes } from 'node:crypto';
import { createRecorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import type { BenchLab } from '../lab/bench-lab.ts';
import { clientDomain } from '../lab/names.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import { ROLE_NAMES, ROLES, type Role } from '../model/roles.ts';
import type { Preflight, Vantage } from '../model/vantage.ts';
import { isWireFailure } from '../wire/failures.ts';
import type { Bench, Sessions } from './bench.ts';

/** What a role shows to somebody at a vantage; `failure` when it could not be seen. */
type View = { readonly shown: string } | { readonly failure: string };

/**
 * Looks at the target from every vantage before the first check. A target that treats one of them better
 * than another, by what it announces or by relaying for it, does so for its address; what it does to
 * strangers cannot be seen from there. A target that relays for all of them is an open relay: the
 * vantages are in no network of its own.
 */
export async function preflight(bench: Bench & { readonly lab: BenchLab }): Promise<Preflight> {
  const offered = ROLE_NAMES.filter((role) => bench.target.endpoints[role] !== undefined);
  // Before any mailbox service was touched: there are servers that open relaying to whoever connects there,
  // which is for the POP before SMTP suite to find, and no trust in an address.
  const relayed = offered.includes('mx')
    ? await compareRelaying(bench)
    : { trusted: false, notes: ['There is no mx role to relay.'] };
  const announced = await Promise.all(offered.map((role) => compareCapabilities(bench, role)));
  const findings = [...announced, relayed];
  return {
    trustedVantage: findings.some(({ trusted }) => trusted),
    notes: findings.flatMap(({ notes }) => notes),
  };
}

/** Some servers favour all documentation addresses, as if they were private: so one of another kind is asked too. */
function comparedVantages({ lab }: { readonly lab: BenchLab }): readonly Vantage[] {
  return [...lab.access.vantages, ...lab.access.elsewhere];
}

interface Finding {
  readonly trusted: boolean;
  readonly notes: readonly string[];
}

async function compareCapabilities(bench: Bench & { readonly lab: BenchLab }, role: Role): Promise<Finding> {
  const vantages = comparedVantages(bench);
  const views = await Promise.all(
    vantages.map(({ name }) => look(bench, role, (sessions) => announcedTo(sessions, role, name))),
  );
  const seen = views.flatMap((view) => ('shown' in view ? [view.shown] : []));
  const notes = views.flatMap((view, index) =>
    'failure' in view ? [`${role} from ${vantages[index]?.address}: ${view.failure}`] : [],
  );
  if (new Set(seen).size <= 1) return { trusted: false, notes };
  return {
    trusted: true,
    notes: [
      ...notes,
      ...views.flatMap((view, index) =>
        'shown' in view ? [`${role} announces to ${vantages[index]?.address}: ${view.shown}`] : [],
      ),
    ],
  };
}

/** What a role announces before TLS, in one line. */
async function announcedTo(sessions: Sessions, role: Role, vantage: string): Promise<string> {
  const at = ROLES[role].tls === 'implicit' ? 'greeting' : 'ready';
  switch (ROLES[role].protocol) {
    case 'smtp': {
      const { capabilities } = await sessions.smtp({ vantage, at: 'ready' });
      return line([...(capabilities?.keywords ?? [])].map(([keyword, value]) => `${keyword} ${value}`));
    }
    case 'pop3': {
      const { capabilities } = await (await sessions.pop3({ vantage, at })).capa();
      return line([...(capabilities ?? [])].map(([keyword, value]) => `${keyword} ${value}`));
    }
    case 'imap': {
      const client = await sessions.imap({ vantage, at });
      await client.capability();
      return line([...(client.capabilities ?? [])]);
    }
  }
}

function line(capabilities: readonly string[]): string {
  return visible(
    capabilities
      .map((one) => one.trim())
      .sort()
      .join(', '),
  );
}

/** Asks mx from each vantage to take mail from and to strangers, and goes no further than RCPT. */
async function compareRelaying(bench: Bench & { readonly lab: BenchLab }): Promise<Finding> {
  const vantages = comparedVantages(bench);
  const nonce = randomBytes(8).toString('hex');
  const world = bench.lab.open({
    target: bench.target,
    recorder: createRecorder(bench.redactor),
    signal: bench.signal,
    nonce,
  });
  try {
    const [sender, recipient] = await Promise.all([
      world.forgedSender(nonce),
      world.externalRecipient(nonce),
    ]);
    const views = await Promise.all(
      vantages.map(({ name }) =>
        look(bench, 'mx', async (sessions) => {
          const client = await sessions.smtp({ vantage: name, at: 'ready' });
          const mail = await client.command(`MAIL FROM:<${sender}>`);
          const reply = mail.code === 250 ? await client.command(`RCPT TO:<${recipient}>`) : mail;
          await client.quit();
          return reply.text;
        }),
      ),
    );
    const accepted = views.filter((view) => 'shown' in view && view.shown.startsWith('2')).length;
    const notes = views.map((view, index) => {
      const address = vantages[index]?.address;
      return 'shown' in view
        ? `mx to a stranger's mail for a stranger from ${address}: ${view.shown}`
        : `mx from ${address}: ${view.failure}`;
    });
    const refused = views.filter((view) => 'shown' in view).length - accepted;
    return { trusted: accepted > 0 && refused > 0, notes };
  } finally {
    await world.close();
  }
}

/** Opens sessions for one look, and turns what the target does to it into a view. */
async function look(
  bench: Bench & { readonly lab: BenchLab },
  role: Role,
  see: (sessions: Sessions) => Promise<string>,
): Promise<View> {
  const release = await bench.slots.take(1);
  let connections = 0;
  const sessions = bench.openSessions({
    target: bench.target,
    role,
    helloName: `preflight-${randomBytes(4).toString('hex')}.${clientDomain(bench.lab.access)}`,
    lab: bench.lab.access,
    recorder: createRecorder(bench.redactor),
    nextConnection: () => {
      connections += 1;
      return connections;
    },
    limit: 4,
    signal: bench.signal,
  });
  try {
    return { shown: await see(sessions) };
  } catch (thrown) {
    const expected =
      isWireFailure(thrown) || thrown instanceof Inconclusive || thrown instanceof NotApplicable;
    if (!expected) throw thrown;
    return { failure: visible(thrown.message) };
  } finally {
    sessions.closeAll();
    release();
  }
}
