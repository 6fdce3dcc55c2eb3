import type { DnsQueryEntry } from 'net-mocks';
import type { DnsSought, LabDns } from '../check/lab.ts';
import { visible } from '../evidence/visible.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { ask, askUntilEnd } from './ask.ts';
import type { CheckScope } from './check-lab.ts';
import { nextEntry } from './next-entry.ts';

/**
 * The part of the DNS that belongs to one check: names that carry its nonce. The lists of addresses that
 * the target is configured to ask cannot carry one; they belong to checks that run alone (`disturbs`). Nor can
 * the domain that the target forwards to, which checks share by a resource (`FORWARDING`).
 */
export function openCheckDns(scope: CheckScope): LabDns {
  const { mocks, nonce, signal, access, target, note, atEnd, waiting, elsewhere } = scope;
  const faultIds: string[] = [];
  const { dnsbl, forwards } = target.claims;
  const forwarding = forwards ? [forwards.to.slice(forwards.to.lastIndexOf('@') + 1)] : [];

  const own = (name: string) => {
    const key = name.toLowerCase();
    const isDeclared = [...dnsbl.zones, ...dnsbl.allowZones, ...forwarding].some(
      (zone) => key === zone || key.endsWith(`.${zone}`),
    );
    return isDeclared || key.includes(nonce);
  };
  const assertOwn = (name: string) => {
    if (own(name)) return;
    throw new Error(`${name} does not carry the nonce of the check, so it may be used by another one.`);
  };
  const isOfLab = (name: string) =>
    access.names === undefined || `.${name.toLowerCase()}`.endsWith(`.${access.names.top}`);
  const clearFaults = async () => {
    const ids = faultIds.splice(0);
    if (ids.length > 0) await mocks.dns.clearFaults({ ids });
  };

  return {
    lookup(name, type) {
      if (isOfLab(name)) return ask('look up a name', signal, () => mocks.dns.lookup({ name, type }));
      if (elsewhere) return elsewhere(name, type);
      throw new Inconclusive(
        'environment',
        `The lab stands in the open and knows nothing of ${visible(name)}; "dns:" of the target names whom to ask.`,
      );
    },
    async publish(origin, records, dnssec) {
      assertOwn(origin);
      if (!isOfLab(origin))
        throw new Inconclusive(
          'environment',
          `The lab stands in the open, and nothing can be published there about ${visible(origin)}.`,
        );
      const zones = [{ origin, records: [...records], ...(dnssec ? { dnssec } : {}) }];
      await askUntilEnd({
        what: 'publish a zone',
        signal,
        atEnd,
        request: () => mocks.dns.publish({ zones }),
        undo: () => mocks.dns.withdraw({ origins: [origin] }),
      });
      const kind = dnssec === undefined ? 'zone' : 'signed zone';
      note(
        `published the ${kind} ${origin}: ${records.map(({ name, type }) => `${name} ${type}`).join(', ')}`,
      );
    },
    async withdraw(origin) {
      assertOwn(origin);
      await ask('withdraw a zone', signal, () => mocks.dns.withdraw({ origins: [origin] }));
      note(`withdrew the zone ${origin}`);
    },
    async fault(...faults) {
      for (const { name } of faults) assertOwn(name);
      const { ids } = await askUntilEnd({
        what: 'set DNS faults',
        signal,
        atEnd,
        request: () => mocks.dns.setFaults({ faults: [...faults] }),
        undo: ({ ids: set }) => mocks.dns.clearFaults({ ids: set }),
      });
      faultIds.push(...ids);
      for (const { name, type, effect } of faults) note(`DNS of ${name} ${type ?? 'any type'}: ${effect}`);
    },
    clearFaults: () => ask('clear DNS faults', signal, clearFaults),
    async queries(sought = {}) {
      const { entries } = await ask('list DNS queries', signal, () => mocks.dns.queries(filterOf(sought)));
      return entries.filter(({ name }) => own(name));
    },
    async waitForQuery({ withinMs = access.outboundMs, ...sought }) {
      const found = await waiting(() =>
        ask(
          'wait for a DNS query',
          signal,
          (ended) =>
            nextEntry<DnsQueryEntry>(
              (cursor) => mocks.dns.waitForQuery({ ...filterOf(sought), ...cursor }, ended),
              ({ name }) => own(name),
              withinMs,
            ),
          withinMs,
        ),
      );
      const asked = `${sought.type ?? 'any type'} of ${sought.name ?? 'its own names'}`;
      note(
        found
          ? `was asked for ${found.type} of ${found.name}`
          : `was not asked for ${asked} within ${withinMs} ms`,
      );
      return found;
    },
  };
}

function filterOf({ name, below, type }: DnsSought): DnsSought {
  return {
    ...(name === undefined ? {} : { name }),
    ...(below === undefined ? {} : { below }),
    ...(type === undefined ? {} : { type }),
  };
}
