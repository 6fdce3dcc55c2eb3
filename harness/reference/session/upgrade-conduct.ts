import type { Protocol } from '../../model/roles.ts';
import type { Site } from '../site.ts';
import type { UpgradeConduct } from './upgrade.ts';

/** How this site conducts the upgrade to TLS on a protocol, as its faults have it. */
export function upgradeConduct(site: Site, protocol: Protocol): UpgradeConduct {
  return {
    bufferedLines: bufferedLines(site, protocol),
    bufferedTail: site.faulty(`${protocol}-keeps-incomplete-line-across-tls`) ? 'keep' : 'discard',
    afterGoAhead: afterGoAhead(site),
  };
}

function bufferedLines(site: Site, protocol: Protocol): UpgradeConduct['bufferedLines'] {
  if (site.faulty(`${protocol}-executes-buffered-inside-tls`)) return 'execute-inside-tls';
  if (site.faulty(`${protocol}-executes-buffered-in-clear`)) return 'execute-in-clear';
  if (protocol === 'smtp' && site.faulty('smtp-executes-buffered-late')) return 'execute-late';
  return 'discard';
}

function afterGoAhead(site: Site): UpgradeConduct['afterGoAhead'] {
  if (site.faulty('upgrade-handshake-fails')) return 'close';
  if (site.faulty('executes-clear-after-go-ahead')) return 'execute-clear';
  if (site.faulty('returns-to-clear-after-go-ahead')) return 'return-to-clear';
  if (site.life.refusesTlsInClear) return 'refuse-in-clear';
  return 'handshake';
}
