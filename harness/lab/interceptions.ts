import type { Lab } from '../check/lab.ts';
import { NotApplicable } from '../model/outcomes.ts';
import { ROLES } from '../model/roles.ts';
import { ask, askUntilEnd } from './ask.ts';
import type { CheckScope } from './check-lab.ts';
import { nextEntry } from './next-entry.ts';

/** Opens men in the middle in front of roles of the target, each with its own port. */
export function openInterceptions(scope: CheckScope): Lab['intercept'] {
  const { mocks, access, target, nonce, signal, note, atEnd, waiting } = scope;
  let opened = 0;
  return async (role, mode) => {
    const upstream = access.endpoints[role];
    if (!upstream) {
      throw new NotApplicable(
        `The target declares no ${role} role.`,
        `declared: ${Object.keys(access.endpoints).join(', ')}`,
      );
    }
    opened += 1;
    const name = `mitm-${opened}-${role}-${nonce}`;
    const { protocol } = ROLES[role];
    const from = protocol === 'smtp' ? access.vantages[0] : access.reader;
    const { endpoint } = await askUntilEnd({
      what: 'open a man in the middle',
      signal,
      atEnd,
      request: () =>
        mocks.mitm.open({
          name,
          address: access.middle,
          protocol,
          upstream: { address: upstream.host, port: upstream.port },
          ...(from ? { sourceAddress: from.address } : {}),
          mode,
          tls: { certificate: { names: [target.hostname] } },
        }),
      undo: () => mocks.mitm.closeProxy({ name }),
    });
    note(`a man in the middle stands in front of ${role}: ${mode.kind}`);
    return {
      name,
      role,
      endpoint: { host: endpoint.address, port: endpoint.port },
      async setMode(next) {
        await ask('change a man in the middle', signal, () => mocks.mitm.setMode({ name, mode: next }));
        note(`the man in the middle in front of ${role}: ${next.kind}`);
      },
      async sessions() {
        const page = await ask('list conversations', signal, () => mocks.mitm.sessions({ proxy: name }));
        return page.entries;
      },
      waitForSession: ({ withinMs }) =>
        waiting(() =>
          ask(
            'wait for a conversation',
            signal,
            (ended) =>
              nextEntry(
                (cursor) => mocks.mitm.waitForSession({ proxy: name, ended: true, ...cursor }, ended),
                () => true,
                withinMs,
              ),
            withinMs,
          ),
        ),
    };
  };
}
