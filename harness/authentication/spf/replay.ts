import type { CaseName, CaseRecord, SpfCase, SpfResult } from './case-file.ts';
import { lookUpIn } from './case-lookup.ts';
import { evaluate } from './policy.ts';

/** A case in the names and with the client of a lab. */
export interface Replay {
  readonly sender: string;
  readonly hello: string;
  readonly results: readonly [SpfResult, ...SpfResult[]];
  readonly records: readonly ({ readonly name: string } & CaseRecord)[];
}

/** Names that a server takes in EHLO and MAIL, and that an address record can be given. */
const HOST_NAME = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;
const LOCAL_PART = /^[\w.+=-]+$/;
const LONGEST_STRING = 255;
const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * Moves a case below a domain and to a client address. What the move would change, and what the lab or a mail
 * transaction cannot express, is told instead: the evaluator finds out whether the results stay the same.
 * @param address IPv4 address of the client in the lab
 * @param other address of sender domains that have none; these and an exchanger are added where they change no result,
 *   because servers refuse senders without
 */
export async function replay(
  original: SpfCase,
  to: { readonly domain: string; readonly address: string; readonly other: string },
): Promise<Replay | { readonly impossible: string }> {
  if (!IPV4.test(original.address)) return { impossible: 'the client has no IPv4 address' };
  const names = [...original.zone].filter(([name]) => !name.endsWith('.arpa'));
  const move = mover(original, to);
  const moved = {
    sender: original.sender === '' ? '' : movedSender(original.sender, move),
    hello: move(original.hello),
  };
  const checked = moved.sender === '' ? moved.hello : moved.sender.slice(moved.sender.lastIndexOf('@') + 1);
  const localPart = moved.sender.slice(0, Math.max(moved.sender.lastIndexOf('@'), 0));
  if (!HOST_NAME.test(moved.hello) || !moved.hello.endsWith(to.domain))
    return { impossible: 'the HELO name cannot be given in EHLO' };
  if (
    !HOST_NAME.test(checked) ||
    !checked.endsWith(to.domain) ||
    (localPart !== '' && !LOCAL_PART.test(localPart))
  )
    return { impossible: 'the sender cannot be given in MAIL' };

  const unwritable = new Set(
    names
      .map(([name, entry]) => [move(name), entry] as const)
      .filter(isUnwritable)
      .map(([name]) => name),
  );
  const records = names.flatMap(([name, entry]) =>
    unwritable.has(move(name))
      ? []
      : entry.records.map((record) => ({ name: move(name), ...movedRecord(record, move) })),
  );
  const has = (...types: readonly CaseRecord['type'][]) =>
    records.some(({ name, type }) => name === checked && types.includes(type));
  const exchanger = {
    name: checked,
    type: 'MX' as const,
    data: { preference: 10, exchange: checked },
  };
  const address = has('A', 'MX', 'CNAME') ? [] : [{ name: checked, type: 'A' as const, data: to.other }];
  const silent = names.flatMap(([name, entry]) => (entry.silent ? [move(name)] : []));
  const impossibleWith = async (all: Replay['records']): Promise<string | null> => {
    let asksPointers = false;
    let waits = false;
    let asksUnwritable = false;
    const lookUp = lookUpIn(zoneOf(all, silent));
    const { result } = await evaluate({ address: to.address, ...moved }, async (name, type) => {
      asksPointers ||= type === 'PTR';
      const answer = await lookUp(name, type);
      waits ||= answer.rcode === 'SERVFAIL';
      asksUnwritable ||= unwritable.has(name.toLowerCase().replace(/\.$/, ''));
      return answer;
    });
    if (asksUnwritable) return 'asks for a name or a record that the lab does not serve';
    if (waits) return 'waits for a time-out';
    if (asksPointers) return 'asks for the name of the client, which belongs to the lab';
    return original.results.includes(result) ? null : 'means something else under other names';
  };
  const bare = [...records, ...address];
  const ordinary = [...bare, exchanger];
  const movedWith = (all: Replay['records']) => ({ ...moved, results: original.results, records: all });
  // Some cases are about a domain without exchanger.
  if (!has('MX', 'CNAME') && (await impossibleWith(ordinary)) === null) return movedWith(ordinary);
  const impossible = await impossibleWith(bare);
  return impossible === null ? movedWith(bare) : { impossible };
}

/** Puts domains of the case below the domain, and the client where its own is. */
function mover(
  original: SpfCase,
  { domain, address }: { readonly domain: string; readonly address: string },
): (text: string) => string {
  const reversed = (text: string) => text.split('.').reverse().join('.');
  const named = [
    ...original.zone.keys(),
    original.hello,
    original.sender.slice(original.sender.lastIndexOf('@') + 1),
  ];
  const tops = new Set(
    named.filter((name) => HOST_NAME.test(name)).map((name) => name.split('.').slice(-2).join('.')),
  );
  const pattern = new RegExp(`(?<![\\w-])(${[...tops].map(escaped).join('|')})(?![\\w-]|\\.[a-z])`, 'gi');
  const client = new RegExp(`(?<![\\d.])${escaped(original.address)}(?![\\d])`, 'g');
  const backwards = new RegExp(`(?<![\\d.])${escaped(reversed(original.address))}(?![\\d])`, 'g');
  return (text) =>
    text
      .replace(client, () => address)
      .replace(backwards, () => reversed(address))
      .replace(pattern, (name) => `${name.toLowerCase()}.${domain}`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function movedSender(sender: string, move: (text: string) => string): string {
  const at = sender.lastIndexOf('@');
  return `${sender.slice(0, at)}@${move(sender.slice(at + 1))}`;
}

function movedRecord(record: CaseRecord, move: (text: string) => string): CaseRecord {
  switch (record.type) {
    case 'TXT':
    case 'SPF':
      // A name may lie across the border of two strings.
      return { type: record.type, data: cut(move(record.data.join('')), record.data[0]?.length ?? 0) };
    case 'MX':
      return { type: 'MX', data: { ...record.data, exchange: move(record.data.exchange) || '.' } };
    default:
      return { type: record.type, data: move(record.data) };
  }
}

/** Two strings, the first as long as it was, where both fit. */
function cut(text: string, first: number): string[] {
  const whole = first === 0 || first >= text.length ? [text] : [text.slice(0, first), text.slice(first)];
  return whole.flatMap((part) => part.match(new RegExp(`.{1,${LONGEST_STRING}}`, 'gs')) ?? ['']);
}

/** Octets other than printable ASCII, or a name with characters that not every resolver asks for. */
function isUnwritable([name, { records }]: readonly [string, CaseName]): boolean {
  const isLabel = (label: string) => /^[\w%+=~-]+$/.test(label) && label.length <= LONGEST_LABEL;
  return (
    name.length > LONGEST_NAME ||
    !name.split('.').every(isLabel) ||
    records.some(({ type, data }) => type === 'TXT' && !/^[\x20-\x7e]*$/.test([data].flat().join('')))
  );
}

function zoneOf(records: Replay['records'], silent: readonly string[]): SpfCase['zone'] {
  const zone = new Map<string, { records: CaseRecord[]; silent: boolean }>();
  for (const { name, ...record } of records) {
    const key = name.toLowerCase();
    const entry = zone.get(key) ?? { records: [], silent: false };
    entry.records.push(record);
    zone.set(key, entry);
  }
  for (const name of silent) zone.set(name, { records: zone.get(name)?.records ?? [], silent: true });
  return zone;
}
