import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** Results of SPF (RFC 7208 §2.6). */
export const SPF_RESULTS = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'] as const;
export type SpfResult = (typeof SPF_RESULTS)[number];

/** A record of a case; TXT data are its strings. */
export type CaseRecord =
  | { readonly type: 'A' | 'AAAA' | 'PTR' | 'CNAME'; readonly data: string }
  | { readonly type: 'TXT' | 'SPF'; readonly data: string[] }
  | { readonly type: 'MX'; readonly data: { readonly preference: number; readonly exchange: string } };

/** What there is under one name; queries for other types are never answered where it is silent. */
export interface CaseName {
  readonly records: readonly CaseRecord[];
  readonly silent: boolean;
}

/** Names in lower case, without final dot. */
export type CaseZone = ReadonlyMap<string, CaseName>;

/** One evaluation of SPF with the results that it may have. */
export interface SpfCase {
  /** `<document>: <test>`. */
  readonly name: string;
  /** Description of the document that it stands in. */
  readonly group: string;
  readonly hello: string;
  readonly address: string;
  /** Empty for the null reverse-path. */
  readonly sender: string;
  readonly results: readonly [SpfResult, ...SpfResult[]];
  readonly zone: CaseZone;
}

const result = z.enum(SPF_RESULTS);
const strings = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());
const entry = z.union([
  z.literal('TIMEOUT'),
  z.strictObject({ TXT: strings }),
  z.strictObject({ SPF: strings }),
  z.strictObject({ A: z.string() }),
  z.strictObject({ AAAA: z.string() }),
  z.strictObject({ PTR: z.string() }),
  z.strictObject({ CNAME: z.string() }),
  z.strictObject({ MX: z.tuple([z.int(), z.string()]) }),
]);
const document = z.object({
  description: z.string(),
  tests: z.record(
    z.string(),
    z.object({
      helo: z.string(),
      host: z.string(),
      mailfrom: z.string().nullable(),
      result: z.union([result, z.tuple([result], result)]),
    }),
  ),
  zonedata: z.record(z.string(), z.array(entry).nullable()),
});

/**
 * Reads cases in the form of the published test suites of SPF: YAML documents with `description`, `tests` and
 * `zonedata`. Where a name has no TXT record, its SPF records (type 99) stand for TXT records too; `TXT: NONE`
 * prevents that; `TIMEOUT` leaves queries for other types unanswered.
 * @throws Error naming the place where the text has another form
 */
export function readCases(text: string): readonly SpfCase[] {
  return parseAllDocuments(text).flatMap((parsed) => {
    const [problem] = parsed.errors;
    if (problem) throw problem;
    const content: unknown = parsed.toJS();
    return content === null ? [] : casesOf(document.parse(content));
  });
}

function casesOf({ description, tests, zonedata }: z.output<typeof document>): readonly SpfCase[] {
  const zone = new Map(
    Object.entries(zonedata).map(([name, entries]) => [withoutDot(name), nameOf(entries ?? [])]),
  );
  return Object.entries(tests).map(([name, { helo, host, mailfrom, result: given }]) => ({
    name: `${description}: ${name}`,
    group: description,
    hello: helo,
    address: host,
    sender: mailfrom ?? '',
    results: typeof given === 'string' ? [given] : given,
    zone,
  }));
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function nameOf(entries: readonly z.output<typeof entry>[]): CaseName {
  const records = entries.flatMap((one): CaseRecord[] => {
    if (one === 'TIMEOUT') return [];
    if ('TXT' in one) return [{ type: 'TXT', data: one.TXT }];
    if ('SPF' in one) return [{ type: 'SPF', data: one.SPF }];
    if ('A' in one) return [{ type: 'A', data: one.A }];
    if ('AAAA' in one) return [{ type: 'AAAA', data: one.AAAA }];
    if ('PTR' in one) return [{ type: 'PTR', data: one.PTR }];
    if ('CNAME' in one) return [{ type: 'CNAME', data: one.CNAME }];
    const [preference, exchange] = one.MX;
    return [{ type: 'MX', data: { preference, exchange } }];
  });
  const hasText = records.some(({ type }) => type === 'TXT');
  const stand = hasText ? [] : records.filter(({ type }) => type === 'SPF');
  const doubled = stand.map((record) => ({ ...record, type: 'TXT' }) as CaseRecord);
  const isNone = ({ type, data }: CaseRecord) => type === 'TXT' && Array.isArray(data) && data[0] === 'NONE';
  return {
    records: [...records, ...doubled].filter((record) => !isNone(record)),
    silent: entries.includes('TIMEOUT'),
  };
}
