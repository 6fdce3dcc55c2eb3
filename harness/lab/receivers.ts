import type { Lab, LabDns } from '../check/lab.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { arrivedMessage, matches } from './arrived.ts';
import { ask, askUntilEnd } from './ask.ts';
import { awaitMessage } from './await-message.ts';
import type { CheckScope } from './check-lab.ts';
import { checkDomain } from './names.ts';
import { nextEntry } from './next-entry.ts';
import { ownPart } from './own-part.ts';
import { isToldToSmarthost } from './smarthost-sessions.ts';

/** Time that a check waits for an address while others hold them all, in milliseconds. */
const ADDRESS_WAIT = 60_000;

/** Opens receiving servers, each with an address and a domain of its own. */
export function openReceivers(scope: CheckScope, dns: LabDns): Lab['receiver'] {
  const { mocks, access, nonce, pool, signal, note, atEnd, queueing, waiting } = scope;
  let opened = 0;

  const takeAddress = async (): Promise<string> => {
    const address = await queueing(() => pool.take(ADDRESS_WAIT, signal));
    if (address !== undefined) return address;
    throw new Inconclusive(
      'environment',
      `No address for a receiving server became free: other checks hold all ${access.receivers.addresses.length}.`,
    );
  };

  return async ({ label = 'rx', publish = true, tls = {}, extensions, script } = {}) => {
    opened += 1;
    const name = `rx-${opened}-${nonce}`;
    const domain = checkDomain(opened === 1 ? label : `${label}-${opened}`, nonce, 'example');
    const hostname = `mx.${domain}`;
    const address = await takeAddress();
    atEnd(async () => pool.giveBack(address));
    await askUntilEnd({
      what: 'open a receiving server',
      signal,
      atEnd,
      request: () =>
        mocks.smtp.open({
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
