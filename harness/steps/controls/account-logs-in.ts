import {
  control,
  type Finding,
  Inconclusive,
  MAILDROP,
  NotApplicable,
  type Services,
  WrongDeclaration,
} from '../../check/check.ts';
import { IMAP_ROLES, openImap } from '../imap-login.ts';
import { openPop3, POP3_ROLES } from '../pop3-login.ts';
import { openUser, SENDING_ROLES } from '../smtp-login.ts';

/** Whether the user was let in; where it is not known, checks go on, and `line` says why. */
export interface LetIn extends Finding {
  readonly letIn: boolean;
}

/** One protocol by which the user may log in. */
type Way = (services: Services) => Promise<void>;

const WAYS: readonly Way[] = [
  async (services) => (await openUser(services)).connection.close(),
  async (services) => (await openImap(services)).connection.close(),
  async (services) =>
    services.alone(MAILDROP, async () => {
      const client = await openPop3(services);
      await client.quit();
    }),
];

/**
 * The account of the targets file is let in by one protocol at least. Where none lets it in, the password that is
 * declared is more likely wrong than the server, and what a check sees of refused logins is no finding; a port where a
 * server of another protocol greets is no way. Costs one connection and one login, more where they are refused.
 */
export const accountLogsIn = control(
  {
    id: 'account-logs-in',
    title: 'The declared account is let in with its password',
    roles: [...SENDING_ROLES, ...IMAP_ROLES, ...POP3_ROLES],
    needs: ['account'],
    effect: 'reads',
    safety: 'safe',
    budget: '30s',
  },
  async (services): Promise<LetIn> => {
    const { account, inconclusive } = services;
    const { address } = account();
    const refusals: string[] = [];
    const misplaced: string[] = [];
    const unknown: string[] = [];
    for (const way of WAYS) {
      try {
        await way(services);
        return { letIn: true, line: `${address} is let in` };
      } catch (thrown) {
        if (thrown instanceof NotApplicable || !(thrown instanceof Error)) continue;
        if (thrown instanceof WrongDeclaration) {
          misplaced.push(thrown.message);
          continue;
        }
        const isRefusal = thrown instanceof Inconclusive && thrown.why === 'precondition';
        (isRefusal ? refusals : unknown).push(thrown.message);
      }
    }
    if (misplaced.length > 0 && unknown.length === 0 && refusals.length === 0)
      return inconclusive(
        'precondition',
        `No way in for ${address} is where it is declared: ${misplaced.join(' ')}`,
      );
    if (unknown.length > 0 || refusals.length === 0)
      return {
        letIn: false,
        line: `it is not known whether ${address} is let in: ${unknown.join(' ') || 'no way is declared'}`,
      };
    return inconclusive(
      'precondition',
      `The account ${address} is let in nowhere with the password that the targets file declares. Is it right? ${refusals.join(' ')}`,
    );
  },
);
