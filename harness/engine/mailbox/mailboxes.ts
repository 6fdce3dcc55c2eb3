import type { MailAwaited } from '../../check/mail-watch.ts';
import { MAILDROP, SECOND_MAILDROP } from '../../check/resources.ts';
import { createRecorder, type Recorder } from '../../evidence/recorder.ts';
import type { ControlResult } from '../../model/control-result.ts';
import { ROLES, type Role } from '../../model/roles.ts';
import type { Account } from '../../model/target.ts';
import { openImap } from '../../steps/imap-login.ts';
import { MAILBOX_ROLES, seesJunk } from '../../steps/in-mailbox.ts';
import { openPop3 } from '../../steps/pop3-login.ts';
import type { Bench } from '../bench.ts';
import { AHEAD } from '../urgency.ts';
import { createLoginPace, type LoginPace } from './login-pace.ts';
import { loginsOf } from './logins.ts';
import type { Arrival } from './memory.ts';
import { createPermit, whereNeeded } from './permit.ts';
import { resultOf } from './result.ts';
import type { Waiter } from './waiters.ts';
import { createWatch, type Watch } from './watch.ts';
import { createWays, type Ways } from './ways.ts';

/** The watched mailboxes of a bench: one watch per account, begun when the first check needs it. */
export interface Mailboxes {
  /**
   * Waits for a message in the mailbox of an account.
   * @param who the check or control that waits, for the record of the watch
   * @returns what came, and how the record names the watch; null where nothing came in time
   */
  awaited(wanted: MailAwaited, who: string, waiter: BodyWaiter): Promise<Arrival | null>;
  /** Name of the watch that sees such a message, by which the record has it among the controls. */
  nameOf(wanted: Watchable): string;
  makeRoom(account: Account): void;
  /** When the next login of an account by POP3 may come. */
  paceOf(account: Account): LoginPace;
  /** Somebody else of the bench opens IMAP or POP3: sessions that have rested for a while end. */
  stepAside(): void;
  /** Ends every watch and seals its evidence. */
  close(): Promise<void>;
}

/** What tells one watch from another. */
type Watchable = Pick<MailAwaited, 'account' | 'byPop3'>;

/** A body that waits: what it holds by name, and whether it holds its connection slots already. */
export interface BodyWaiter extends Pick<Waiter, 'signal' | 'queueing'> {
  readonly holdsSlots: boolean;
  readonly resources: readonly string[];
}

/** A watch with what is told of it in the end. */
export interface Watched {
  readonly name: string;
  readonly account: Account;
  readonly watch: Watch;
  readonly ways: Pick<Ways, 'view' | 'byPop3'>;
  readonly recorder: Recorder;
  readonly startedAt: Date;
}

/** @param onResult called once per watch, when it is closed */
export function createMailboxes(
  bench: () => Bench,
  onResult: (result: ControlResult) => void = () => undefined,
): Mailboxes {
  const watches = new Map<string, Watched>();
  const paces = new Map<string, LoginPace>();

  function watched(wanted: Watchable): Watched {
    const name = nameOf(wanted);
    const known = watches.get(name);
    if (known) return known;
    const { account } = wanted;
    const roles = MAILBOX_ROLES.filter((role) => !isByPop3(wanted) || ROLES[role].protocol === 'pop3');
    // Nobody has to make room for itself.
    const begun = begin(
      bench(),
      roles,
      { account, name, makeRoom: () => makeRoom(account, name) },
      paceOf(account),
    );
    watches.set(name, begun);
    return begun;
  }
  /** The watch of an account goes by POP3 anyhow where no IMAP is declared. */
  function isByPop3({ byPop3 = false }: Watchable): boolean {
    return byPop3 && seesJunk(bench().target);
  }
  function paceOf({ address }: Account): LoginPace {
    const pace = paces.get(address) ?? createLoginPace();
    paces.set(address, pace);
    return pace;
  }
  function nameOf(wanted: Watchable): string {
    const { accounts } = bench().target;
    const at = accounts.findIndex(({ address }) => address === wanted.account.address);
    return `${isByPop3(wanted) ? 'maildrop' : 'mailbox'}-of-${at < 0 ? accounts.length + 1 : at + 1}`;
  }
  function makeRoom({ address }: Account, refused?: string): void {
    for (const { name, account, watch } of watches.values())
      if (account.address === address && name !== refused) watch.makeRoom();
  }

  return {
    awaited(wanted, who, { holdsSlots, resources, ...waiter }) {
      const { watch, recorder, account } = watched(wanted);
      recorder.event(0, { kind: 'note', text: `${who} waits for "${wanted.token}"` });
      const lends = { slot: holdsSlots, maildrop: resources.includes(maildropOf(bench(), account)) };
      return watch.awaited(wanted, { ...waiter, lends });
    },
    nameOf,
    paceOf,
    makeRoom: (account) => makeRoom(account),
    stepAside() {
      for (const { watch } of watches.values()) watch.stepAside();
    },
    async close() {
      await Promise.all([...watches.values()].map(({ watch }) => watch.close()));
      for (const one of watches.values()) onResult(await resultOf(one, bench().evidenceFolder));
      watches.clear();
    },
  };
}

/** How checks call the maildrop that they want for themselves; nobody does so for a third account. */
function maildropOf({ target }: Bench, { address }: Account): string {
  const at = target.accounts.findIndex((one) => one.address === address);
  return [MAILDROP, SECOND_MAILDROP][at] ?? `maildrop of ${address}`;
}

/** Whose mailbox, how the watch is called, and how other watches of the account make room for it. */
interface Watching {
  readonly account: Account;
  readonly name: string;
  makeRoom(): void;
}

function begin(bench: Bench, roles: readonly Role[], watching: Watching, pace: LoginPace): Watched {
  const { target, slots, locks } = bench;
  const { account, name } = watching;
  const [role, ...others] = roles.filter((way) => target.endpoints[way]);
  if (role === undefined) throw new Error(`${target.name} declares no way into a mailbox.`);
  const recorder = createRecorder(bench.redactor);
  const logins = loginsOf(bench, { ...watching, recorder }, pace);
  const ways = createWays([role, ...others], {
    byImap: (way, signal) => openImap(logins(way, signal), { role: way, account, utf8: true }),
    byPop3: (way, signal) => openPop3(logins(way, signal), { role: way, account, utf8: true }),
  });
  return {
    name,
    account,
    ways,
    recorder,
    startedAt: new Date(),
    watch: createWatch({
      ways,
      permits: (onLost) => ({
        slot: createPermit((signal) => slots.take(1, signal, AHEAD), onLost),
        maildrop: whereNeeded(
          () => ways.byPop3,
          (lost) => createPermit((signal) => locks.hold([maildropOf(bench, account)], signal, AHEAD), lost),
          onLost,
        ),
      }),
      slots,
      pace,
      signal: bench.signal,
    }),
  };
}
