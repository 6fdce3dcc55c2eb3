import type { ImapClient } from '../../client/imap.ts';
import type { Pop3Client } from '../../client/pop3.ts';
import { ROLES, type Role } from '../../model/roles.ts';
import { createImapView } from './imap-view.ts';
import { createMemory } from './memory.ts';
import { createPop3View } from './pop3-view.ts';
import type { MailboxSession, View } from './waiting.ts';

/** The ways into a mailbox that a target declares: one is taken, and the next where that lets nobody in safely. */
export interface Ways {
  /** The one that is taken leads to a maildrop, which belongs to one session at a time. */
  readonly byPop3: boolean;
  /** What is seen by the one that is taken. */
  readonly view: View;
  open(signal: AbortSignal): Promise<MailboxSession>;
  /** Goes over to the next one; false where there is none. */
  next(): boolean;
}

/** Opens a session by one role. */
export interface LogIns {
  byImap(role: Role, signal: AbortSignal): Promise<ImapClient>;
  byPop3(role: Role, signal: AbortSignal): Promise<Pop3Client>;
}

/** @param roles roles of IMAP and POP3, best first */
export function createWays([first, ...others]: readonly [Role, ...Role[]], { byImap, byPop3 }: LogIns): Ways {
  const wayOf = (role: Role): Pick<Ways, 'byPop3' | 'view' | 'open'> => {
    if (ROLES[role].protocol === 'pop3') {
      const view = createPop3View(createMemory());
      return { byPop3: true, view, open: async (signal) => view.session(await byPop3(role, signal)) };
    }
    const view = createImapView(createMemory());
    return { byPop3: false, view, open: async (signal) => view.session(await byImap(role, signal)) };
  };
  let taken = wayOf(first);
  const left = [...others];

  return {
    get byPop3() {
      return taken.byPop3;
    },
    get view() {
      return taken.view;
    },
    open: (signal) => taken.open(signal),
    next() {
      const role = left.shift();
      if (role !== undefined) taken = wayOf(role);
      return role !== undefined;
    },
  };
}
