import type { Lab } from '../check/lab.ts';
import type { LookedUp, Records } from '../check/records.ts';
import { visible } from '../evidence/visible.ts';
import { Inconclusive } from '../model/outcomes.ts';
import type { PublicDns } from '../model/public-dns.ts';
import { fetchPolicy } from '../public-dns/fetch-policy.ts';
import type { Looked, PublicResolver } from '../public-dns/lookup.ts';

/** What one run of a body looks records up with. */
export interface RecordSources {
  /** Null where the target has none. */
  readonly lab: (() => Lab) | null;
  readonly resolver: PublicResolver | null;
  readonly publicDns: PublicDns | undefined;
  note(text: string): void;
  /** Ends the body: a look-up that failed is no answer that may be held against the target. */
  end(failure: Inconclusive): void;
  readonly signal: AbortSignal;
}

/** Looks records up in the lab where there is one, else at the resolver that the declaration names. */
export function recordsOf(sources: RecordSources): Records {
  const { lab, resolver, publicDns, note, end, signal } = sources;
  if (lab) return recordsOfLab(lab, note);
  if (!resolver || !publicDns) {
    const nowhere = async (): Promise<never> => {
      throw new Inconclusive(
        'environment',
        'The target has neither a lab nor a resolver in its declaration (dns:), and this check looks records up.',
      );
    };
    return { source: null, lookup: nowhere, fetch: nowhere };
  }
  const asked = resolver.lookup;
  const known = new Map<string, Promise<LookedUp>>();
  const aborted = abortOf(signal);
  // Nobody may be waiting when the body has to end.
  aborted.catch(() => undefined);
  const ended = <T>(work: Promise<T>): Promise<T> => Promise.race([work, aborted]);

  async function ask(name: string, type: string): Promise<LookedUp> {
    const looked = await ended(asked(name, type));
    note(noteOf(name, type, looked));
    if (looked.kind === 'answer') return looked;
    // Aliases that lead nowhere are what is published; that is for the check to judge.
    if (looked.failure === 'alias-loop' || looked.failure === 'alias-chain')
      return { rcode: 'SERVFAIL', records: looked.records, dnssec: 'indeterminate' };
    const failure = new Inconclusive('environment', visible(looked.text));
    end(failure);
    throw failure;
  }
  const records: Records = {
    source: 'public',
    lookup(name, type) {
      const key = `${type} ${name.toLowerCase()}`;
      const answer = known.get(key) ?? ask(name, type);
      known.set(key, answer);
      return answer;
    },
    async fetch(host, path) {
      const found = [await records.lookup(host, 'A'), await records.lookup(host, 'AAAA')];
      const addresses = found.flatMap(({ records: entries }) =>
        entries.flatMap(({ type, data }) => (type === 'CNAME' || data === null ? [] : [String(data)])),
      );
      const { port, authority } = publicDns.policyHosts;
      const fetched = await ended(fetchPolicy(host, path, { addresses, port, signal }));
      note(noteOfFetch(`https://${host}${path}`, fetched));
      if (!fetched.reached)
        throw new Inconclusive(
          'environment',
          visible(`The host ${host} cannot be reached from this machine: ${fetched.failure}.`),
        );
      return { ...fetched, authority };
    },
  };
  return records;
}

function recordsOfLab(lab: () => Lab, note: (text: string) => void): Records {
  return {
    source: 'lab',
    async lookup(name, type) {
      const answer = await lab().dns.lookup(name, type);
      note(noteOf(name, type, { kind: 'answer', why: '', ...answer }));
      return answer;
    },
    async fetch(host, path) {
      const fetched = await lab().web.fetch(host, path);
      note(noteOfFetch(`https://${host}${path}`, fetched));
      const { certificate } = await lab().certificates.authority();
      return { ...fetched, authority: certificate };
    },
  };
}

/** Characters of an answer that stand in a note. */
const LONGEST = 2_000;

function noteOf(
  name: string,
  type: string,
  looked: Looked | ({ readonly kind: 'answer'; readonly why: string } & LookedUp),
): string {
  const asked = `${type} of ${name}`;
  if (looked.kind === 'failed') return visible(`looked up ${asked}: ${looked.failure}: ${looked.text}`);
  const { rcode, records, dnssec, why } = looked;
  const lines = records.map((record) => `${record.name} ${record.type} ${textOf(record.data)}`);
  const said = lines.join('; ') || (rcode === 'NOERROR' ? 'no such record' : 'no records');
  const reason = why === '' ? '' : ` (${why})`;
  return visible(`looked up ${asked}: ${rcode}, ${dnssec}${reason}: ${said.slice(0, LONGEST)}`);
}

function noteOfFetch(
  url: string,
  fetched: { readonly status: number | null; readonly body: Buffer; readonly failure: string | null },
): string {
  const { status, body, failure } = fetched;
  const how = [status === null ? [] : [`status ${status}`], failure ?? []].flat().join(', ');
  return `${visible(`fetched ${url}: ${how}`)}: ${visible(body.subarray(0, LONGEST))}`;
}

function textOf(data: unknown): string {
  if (data === null) return 'that cannot be read';
  if (Array.isArray(data)) return data.map((part) => JSON.stringify(part)).join(' ');
  if (typeof data !== 'object') return String(data);
  return Object.entries(data)
    .map(([key, value]) => `${key}=${Buffer.isBuffer(value) ? value.toString('hex') : String(value)}`)
    .join(' ');
}

/** Rejects when the body has to end. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
