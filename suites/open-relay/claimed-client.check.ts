import {
  ConnectionEnded,
  check,
  Inconclusive,
  type Services,
  type SmtpClient,
} from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { isPositive } from '../../harness/steps/replies.ts';
import { type Approach, judgeApproaches } from './approaches.ts';
import { RELAY_CHECK } from './relay-check.ts';
import { type Outcome, refused } from './transaction.ts';

/** How a client claims to be another one; leaves a session that has not said hello, or an outcome. */
type Claim = (services: Services) => Promise<SmtpClient | Outcome>;

/** A client that has sent EHLO and then the command; whatever the answer, the rest is tried. */
const byCommand =
  (commandOf: (target: Services['target']) => string): Claim =>
  async (services) => {
    const client = await services.smtp({ at: 'ready' });
    const reply = await client.command(commandOf(services.target));
    services.note(`the claim is ${isPositive(reply) ? 'taken' : 'refused'}`);
    return client;
  };

/** A client whose first octets are a PROXY header, which counts for the connection where it is understood. */
const byProxyHeader: Claim = async (services) => {
  const { smtp, bytes, hasLab, lab, target, note } = services;
  // What the header calls the server decides nothing.
  const server = hasLab ? lab().addresses.target : '127.0.0.1';
  const header = `PROXY TCP4 127.0.0.1 ${server} 40000 25`;
  try {
    const client = await smtp({ preamble: bytes.line(header) });
    const unasked = await client.connection.watch(target.timing.quietMs);
    note(`the claim is ${unasked.length === 0 ? 'not answered' : 'answered as a command'}`);
    return client;
  } catch (failure) {
    // Who speaks first is turned away at the door, with a refusal for a greeting or with none.
    const isTurnedAway =
      (failure instanceof Inconclusive && failure.why === 'precondition') ||
      failure instanceof ConnectionEnded;
    if (isTurnedAway) return { kind: 'closed', stage: 'PROXY' };
    throw failure;
  }
};

const CLAIMS: Readonly<Record<string, Claim>> = {
  'XCLIENT with a loopback address': byCommand(() => 'XCLIENT NAME=localhost ADDR=127.0.0.1'),
  'XCLIENT with a login': byCommand(
    ({ accounts, domain }) => `XCLIENT LOGIN=${accounts[0]?.login ?? `postmaster@${domain}`}`,
  ),
  'XFORWARD with a loopback address': byCommand(() => 'XFORWARD NAME=localhost ADDR=127.0.0.1'),
  'a PROXY header with a loopback address': byProxyHeader,
};

export const claimedClientGrantsNothing = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-020',
    slug: 'claimed-client-grants-nothing',
    title: 'A client cannot claim to be a trusted one',
    sends:
      'XCLIENT, XFORWARD and a PROXY header that name a loopback address or a login, then a message from a stranger to somebody elsewhere',
    limits: [...RELAY_CHECK.limits, 'PROXY is tried in its first version, the text header.'],
    kills: ['mx-trusts-xclient', 'mx-trusts-proxy-header'],
  },
  async (services) => {
    assertStrangersAreServed(services);
    const approaches = Object.entries(CLAIMS).map(
      ([name, claim]): Approach => ({
        name,
        open: () => claim(services),
        async begin(client) {
          const hello = await client.ehlo();
          return isPositive(hello) ? undefined : refused('EHLO', hello);
        },
        // Who claims to be somebody else may be shown the door.
        closedAt: 'EHLO',
      }),
    );
    await judgeApproaches(services, approaches);
  },
);
