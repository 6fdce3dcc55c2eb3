import { check, type Services, Unreachable } from '../../harness/check/check.ts';
import { assertionsOf, proxyHeader } from './assertions.ts';
import { assertMxServesStrangers } from './controls.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { logIn, mailboxRoles } from './mailbox-login.ts';
import { attemptRelay, type RelayEnvelope } from './relay-attempt.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

/** Trusted by many servers without a login; asserted where no login opens anything. */
const LOOPBACK = '127.0.0.1';

export const assertedAddressIsIgnored = check(
  {
    ...LOGIN_CHECK,
    id: 'PBS-011',
    slug: 'asserted-address-is-ignored',
    title: 'A client cannot say that it comes from another address',
    sends:
      'logins after ID with x-originating-ip on IMAP, XCLIENT on POP3 and PROXY headers, each naming an address of its own; afterwards messages from those addresses; XCLIENT and a PROXY header on 25 naming an address that has logged in',
    demands: 'every message is refused',
    level: 'MUST',
    severity: 'high',
    roles: ['pop3', 'pop3s', 'imap', 'imaps'],
    needs: ['account', 'dns', 'sink', 'ip2'],
    budget: '120s',
    connections: 7,
    limits: [
      'A positive answer to ID or XCLIENT does not tell whether the server believes the client; only mail does.',
    ],
    kills: ['pop-before-smtp-believes-asserted-address'],
  },
  async (services) => {
    const { lab, account, variant } = services;
    assertMxServesStrangers(services);
    const liar = lab().unusedVantage();
    const sender = account().address;

    const asserted = assertionsOf(services).map((one) => ({ ...one, from: lab().unusedVantage(), sender }));
    const envelopes = [];
    for (const one of asserted)
      envelopes.push({ ...one, reception: await one.assert(liar, one.from.address) });
    for (const { envelope, attempts } of await watchRelay(services, envelopes, performance.now())) {
      const { name, reception, from } = envelope;
      await variant(name, async (verify) => {
        await judgeRefused(services, verify, attempts, `${from.address} gains nothing by ${name}`);
        verify.ideally.oneOf(reception, ['refused', 'not told'], `${name} is refused to an untrusted client`);
      });
    }

    const permitted = await permittedAddress(services);
    const ways: readonly { name: string; means: Pick<RelayEnvelope, 'preamble' | 'commands'> }[] = [
      { name: 'XCLIENT', means: { commands: [`XCLIENT ADDR=${permitted}`] } },
      { name: 'a PROXY header of version 1', means: { preamble: proxyHeader(services, 1, permitted) } },
      { name: 'a PROXY header of version 2', means: { preamble: proxyHeader(services, 2, permitted) } },
    ];
    for (const { name, means } of ways) {
      await variant(`${name} on mx`, async (verify) => {
        const envelope = { from: lab().unusedVantage(), sender, ...means };
        const demand = `nobody sends as ${permitted} by ${name}`;
        // A server may end a session that begins with something it does not know.
        const attempt = await attemptRelay(services, envelope).catch((failure: unknown) => {
          if (!(failure instanceof Error) || failure instanceof Unreachable) throw failure;
          verify.met(demand, failure.message);
        });
        if (attempt) await judgeRefused(services, verify, [attempt], demand);
      });
    }
  },
);

/** An address for which mail may pass: one that has logged in, or that of the target itself. */
async function permittedAddress(services: Services): Promise<string> {
  if (!services.target.claims.popBeforeSmtp || mailboxRoles(services, 'pop3').length === 0) return LOOPBACK;
  const honest = services.lab().unusedVantage();
  await logIn(services, honest, 'pop3');
  return honest.address;
}
