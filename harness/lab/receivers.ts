import { setTimeout as pause } from 'node:timers/promises';
import { ControlError, type SmtpServerOptions } from 'net-mocks';
import type { Lab, LabDns } from '../check/lab.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { deadlineIn } from '../wire/deadline.ts';
import { arrivedMessage, matches } from './arrived.ts';
import { ask, askUntilEnd } from './ask.ts';
import { awaitMessage } from './await-message.ts';
import type { CheckScope } from './check-lab.ts';
import { checkDomain, namesOf } from './names.ts';
import { nextEntry } from './next-entry.ts';
import { ownPart } from './own-part.ts';
import { isToldToSmarthost } from './smarthost-sessions.ts';

/** Time that a check waits for an address while others hold them all, in milliseconds. */
const ADDRESS_WAIT = 60_000;
/** How long another run may have an address of a lab in the open, and the pause between two looks, in milliseconds. */
const TAKEN_WAIT = 8_000;
const TAKEN_PAUSE = 200;

/** Opens receiving servers, each with an address and a domain of its own. */
export function openReceivers(scope: CheckScope, dns: LabDns): Lab['receiver'] {
  const { mocks, access, nonce, pool, signal, note, atEnd, queueing, waiting } = scope;
  let opened = 0;

  const takeAddress = async (): Promise<string> => {
    if (access.receivers.addresses.length === 0)
      throw new Inconclusive(
        'environment',
        'The lab has no address for a receiving server of its own: it needs a second one (mailspec lab serve --address).',
      );
    const address = await queueing(() => pool.take(ADDRESS_WAIT, signal));
    if (address !== undefined) return address;
    throw new Inconclusive(
      'environment',
      `No address for a receiving server became free: ${access.receivers.addresses.length} are in use, by other checks or by this one.`,
    );
  };

  /** In the open, other runs take the same addresses in turn. */
  const openWhereFree = async (options: SmtpServerOptions) => {
    const deadline = deadlineIn(access.receivers.shared === undefined ? 0 : TAKEN_WAIT);
    try {
      for (;;) {
        try {
          return await mocks.smtp.open(options);
        } catch (problem) {
          const isTaken = problem instanceof ControlError && problem.code === 'EADDRINUSE';
          if (!isTaken || deadline.left() <= 0 || signal.aborted) throw problem;
          await pause(TAKEN_PAUSE);
        }
      }
    } finally {
      deadline.end();
    }
  };

  return async ({ label = 'rx', publish = true, tls = {}, extensions, script } = {}) => {
    opened += 1;
    const name = `rx-${opened}-${nonce}`;
    const domain = checkDomain(opened === 1 ? label : `${label}-${opened}`, nonce, namesOf(access).top);
    const hostname = `mx.${domain}`;
    const { shared } = access.receivers;
    const address = shared === undefined || scope.ownDelivery ? await takeAddress() : shared;
    if (address !== shared) atEnd(async () => pool.giveBack(address));
    await askUntilEnd({
      what: 'open a receiving server',
      signal,
      atEnd,
      request: () =>
        openWhereFree({
          name,
          address,
          port: access.receivers.port,
          hostname,
          ...(tls ? { tls } : {}),
          ...(extensions ? { extensions } : {}),
          ...(script ? { script } : {}),
        }),
      undo: () => mocks.smtp.closeServer({ name }),
    });
    note(`${hostname} [${address}] receives mail for ${domain}`);
    if (publish) {
      await dns.publish(domain, [
        { name: domain, type: 'MX', data: { preference: 10, exchange: hostname } },
        { name: hostname, type: 'A', data: address },
      ]);
    }
    return {
      domain,
      hostname,
      address,
      async setScript(next) {
        await ask('change a script', signal, () => mocks.smtp.setScript({ name, script: [...next] }));
      },
      async messages() {
        const { entries } = await ask('list messages', signal, () => mocks.smtp.messages({ server: name }));
        return entries.map(arrivedMessage);
      },
      waitForMessage({ withinMs, recipient, token } = {}) {
        const sought = { server: name, ...(recipient === undefined ? {} : { recipient }) };
        return awaitMessage(scope, {
          withinMs,
          key: `${name} ${recipient} ${token}`,
          next: (cursor, ended) => mocks.smtp.waitForMessage({ ...sought, ...cursor }, ended),
          all: async () => (await mocks.smtp.messages(sought)).entries,
          isUnderWay: async () =>
            (await dns.queries({ name: domainOf(recipient) ?? domain, below: true })).length > 0 ||
            (await isToldToSmarthost(scope, domainOf(recipient) ?? domain)),
          accepts: (message) => token === undefined || matches(message, { token }),
          absence: `no message came to ${hostname}`,
        });
      },
      async sessions() {
        const { entries } = await ask('list sessions', signal, () => mocks.smtp.sessions({ server: name }));
        return entries.map((session) => ownPart(session, name));
      },
      waitForSession: ({ withinMs = access.outboundMs } = {}) =>
        waiting(async () => {
          const session = await ask(
            'wait for a session',
            signal,
            (ended) =>
              nextEntry(
                (cursor) => mocks.smtp.waitForSession({ server: name, ended: true, ...cursor }, ended),
                () => true,
                withinMs,
              ),
            withinMs,
          );
          return session && ownPart(session, name);
        }),
    };
  };
}

/** The domain of an address; undefined without one. */
function domainOf(address: string | undefined): string | undefined {
  return address?.slice(address.lastIndexOf('@') + 1);
}
