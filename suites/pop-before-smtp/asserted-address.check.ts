import { check, type Services } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertionsOf, proxyHeader, type Reception } from './assertions.ts';
import { assertStrangersAreServed } from './controls.ts';
import { effectWait, loginEffectTimes } from './feature.ts';
import { logIn, pop3Role } from './mailbox-login.ts';
import { attemptRelay, type RelayEnvelope } from './relay-attempt.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

/** Trusted by many servers without a login; asserted where no login opens anything. */
const LOOPBACK = '127.0.0.1';

export const assertedAddressIsIgnored = check(
  {
    id: 'PBS-011',
    slug: 'asserted-address-is-ignored',
    title: 'A client cannot say that it comes from another address',
    sends:
      'logins behind ID with x-originating-ip on IMAP, XCLIENT on POP3 and PROXY headers, each naming an address of its own; afterwards messages from those addresses; XCLIENT and a PROXY header on 25 naming an address that has logged in',
    demands: 'every message is refused',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5068#3.2', 'rfc6409#3.3'],
    roles: ['pop3', 'pop3s', 'imap', 'imaps'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'ip2'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '120s',
    considers: [strangersAreServed],
    waits: effectWait,
    connections: 7,
    limits: [
      'A positive answer to ID or XCLIENT does not tell whether the server believes the client; only mail does.',
    ],
    kills: ['pop-before-smtp-believes-asserted-address'],
  },
  async (services) => {
    const { lab, target, account, variant, notApplicable } = services;
    if (!target.endpoints.mx) notApplicable('The target has no mx role.', 'declared roles');
    assertStrangersAreServed(services);
    const liar = lab().unusedVantage();
    const sender = account().address;

    const assertions: { name: string; reception: Reception; address: string }[] = [];
    const envelopes = assertionsOf(services).map(({ name, assert }) => ({
      name,
      assert,
      from: lab().unusedVantage(),
      sender,
    }));
    for (const { name, assert, from } of envelopes) {
      assertions.push({ name, reception: await assert(liar, from.address), address: from.address });
    }
    const attempts = await watchRelay(services, envelopes, performance.now(), loginEffectTimes(target));
    for (const [index, { name, reception, address }] of assertions.entries()) {
      await variant(name, async (verify) => {
        await judgeRefused(services, verify, attempts[index] ?? [], `${address} gains nothing by ${name}`);
        verify.ideally.that(reception !== 'taken', {
          demand: `${name} is refused to an untrusted client`,
          expected: 'a refusal, or an answer that tells nothing',
          actual: reception,
        });
      });
    }

    const asserted = await permittedAddress(services);
    const ways: readonly { name: string; means: Pick<RelayEnvelope, 'preamble' | 'commands'> }[] = [
      { name: 'XCLIENT', means: { commands: [`XCLIENT ADDR=${asserted}`] } },
      { name: 'a PROXY header of version 1', means: { preamble: proxyHeader(services, 1, asserted) } },
      { name: 'a PROXY header of version 2', means: { preamble: proxyHeader(services, 2, asserted) } },
    ];
    for (const { name, means } of ways) {
      await variant(`${name} on mx`, async (verify) => {
        const envelope = { from: lab().unusedVantage(), sender, ...means };
        const demand = `nobody sends as ${asserted} by ${name}`;
        // A server may end a session that begins with something it does not know.
        const attempt = await attemptRelay(services, envelope).catch((failure: unknown) => {
          if (!(failure instanceof Error)) throw failure;
          verify.that(true, {
            demand,
            expected: 'a refusal, or the end of the session',
            actual: failure.message,
          });
        });
        if (attempt) await judgeRefused(services, verify, [attempt], demand);
      });
    }
  },
);

/** An address for which mail may pass: one that has logged in, or that of the target itself. */
async function permittedAddress(services: Services): Promise<string> {
  const role = pop3Role(services);
  if (!services.target.claims.popBeforeSmtp || !role) return LOOPBACK;
  const honest = services.lab().unusedVantage();
  await logIn(services, honest, role);
  return honest.address;
}
