import type { CaseRecord, CaseZone } from './case-file.ts';
import type { LookUp } from './policy.ts';

const LONGEST_LABEL = 63;
/** More aliases than anybody follows. */
const ALIASES = 8;

/** Answers from the zone of a case, as a resolver would give them. */
export function lookUpIn(zone: CaseZone): LookUp {
  return async (name, type) => {
    let key = name.toLowerCase().replace(/\.$/, '');
    for (let hops = 0; hops < ALIASES; hops += 1) {
      if (key.split('.').some(({ length }) => length === 0 || length > LONGEST_LABEL))
        return { rcode: 'NXDOMAIN', records: [] };
      const found = zone.get(key);
      if (!found) return { rcode: isBetween(zone, key) ? 'NOERROR' : 'NXDOMAIN', records: [] };
      const records = found.records.filter((record) => record.type === type);
      if (records.length > 0) return { rcode: 'NOERROR', records };
      const alias = found.records.find((record) => isAlias(record));
      if (!alias) return { rcode: found.silent ? 'SERVFAIL' : 'NOERROR', records: [] };
      key = String(alias.data).toLowerCase().replace(/\.$/, '');
    }
    return { rcode: 'SERVFAIL', records: [] };
  };
}

function isAlias({ type }: CaseRecord): boolean {
  return type === 'CNAME';
}

/** A name below which there are others exists without records (RFC 8020). */
function isBetween(zone: CaseZone, key: string): boolean {
  return [...zone.keys()].some((name) => name.endsWith(`.${key}`));
}
