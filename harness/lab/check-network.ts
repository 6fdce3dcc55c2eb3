import type { Lab } from '../check/lab.ts';
import type { OutsideService, OutsideSink } from '../check/network.ts';
import type { SinkAccess } from '../model/lab-access.ts';
import { NotApplicable } from '../model/outcomes.ts';
import type { Role } from '../model/roles.ts';
import { ask } from './ask.ts';
import type { CheckScope } from './check-lab.ts';
import { OUTSIDE_PORTS } from './outside-plan.ts';

/** The access network of the target as one check sees it. */
export function openCheckNetwork({ mocks, access, target, signal }: CheckScope): Lab['network'] {
  const service = (role: Role, host: string, port: number): OutsideService => ({
    role,
    endpoint: { host, port },
  });
  const sinkOf = ({ address, family, hostname, server }: SinkAccess): OutsideSink => ({
    address,
    family,
    hostname,
    mx: service('mx', address, OUTSIDE_PORTS.mx),
    submission: service('submission', address, OUTSIDE_PORTS.submission),
    submissions: service('submissions', address, OUTSIDE_PORTS.submissions),
    beacon: service('mx', address, OUTSIDE_PORTS.beacon),
    async sessions(text) {
      const { entries } = await ask('list sessions', signal, () =>
        mocks.smtp.sessions({ server, mentions: text }),
      );
      return entries;
    },
  });
  return () => {
    const { network } = access;
    if (!network) {
      throw new NotApplicable(
        'No access network is audited: there is no vantage of a subscriber.',
        `target ${target.name}, driver ${target.driver}`,
      );
    }
    return {
      subscriber: network.subscriber,
      open: network.open,
      sinks: network.sinks.map(sinkOf),
      unused: service('mx', network.unused, OUTSIDE_PORTS.mx),
    };
  };
}
