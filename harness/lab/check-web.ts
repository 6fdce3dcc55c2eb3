import type { WebRequest } from 'net-mocks';
import type { LabWeb } from '../check/lab.ts';
import { ask, askUntilEnd } from './ask.ts';
import type { CheckScope } from './check-lab.ts';
import { nextEntry } from './next-entry.ts';

/** HTTPS hosts of one check: names that carry its nonce. */
export function openCheckWeb({ mocks, nonce, signal, access, note, atEnd, waiting }: CheckScope): LabWeb {
  const own = ({ host }: { host: string | null }) => host?.toLowerCase().includes(nonce) ?? false;
  return {
    async publish(...hosts) {
      for (const { host } of hosts) {
        if (!own({ host })) throw new Error(`${host} does not carry the nonce of the check.`);
      }
      const { hosts: names } = await askUntilEnd({
        what: 'publish HTTPS hosts',
        signal,
        atEnd,
        request: () => mocks.web.publish({ hosts: [...hosts] }),
        undo: (published) => mocks.web.withdraw({ hosts: published.hosts }),
      });
      note(`published the HTTPS hosts ${names.join(', ')}`);
    },
    fetch: (host, path) => ask('fetch from an HTTPS host', signal, () => mocks.web.fetch({ host, path })),
    async withdraw(...hosts) {
      for (const host of hosts) {
        if (!own({ host })) throw new Error(`${host} does not carry the nonce of the check.`);
      }
      await ask('withdraw HTTPS hosts', signal, () => mocks.web.withdraw({ hosts: [...hosts] }));
      note(`withdrew the HTTPS hosts ${hosts.join(', ')}`);
    },
    async requests() {
      const { entries } = await ask('list HTTPS requests', signal, () => mocks.web.requests());
      return entries.filter(own);
    },
    async waitForRequest({ withinMs = access.outboundMs, host, path }) {
      const filter = { ...(host === undefined ? {} : { host }), ...(path === undefined ? {} : { path }) };
      const found = await waiting(() =>
        ask(
          'wait for an HTTPS request',
          signal,
          (ended) =>
            nextEntry<WebRequest>(
              (cursor) => mocks.web.waitForRequest({ ...filter, ...cursor }, ended),
              own,
              withinMs,
            ),
          withinMs,
        ),
      );
      note(
        found
          ? `an HTTPS request came for ${found.host ?? 'no host'}`
          : `no HTTPS request came within ${withinMs} ms`,
      );
      return found;
    },
  };
}
