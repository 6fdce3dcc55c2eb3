/** An MTA-STS policy (RFC 8461 §3.2). */
export interface StsPolicy {
  readonly mode: 'enforce' | 'testing' | 'none';
  readonly mx: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
}

/** A year, the longest that a policy may last (RFC 8461 §3.2). */
const LONGEST = 31_557_600;

/**
 * The id in the TXT records of `_mta-sts` (RFC 8461 §3.1); undefined unless exactly one record of version STSv1 is
 * there, and is valid.
 */
export function readStsRecords(texts: readonly string[]): string | undefined {
  const [record, ...others] = texts.filter((text) => /^v=STSv1[ \t]*;/.test(text));
  if (record === undefined || others.length > 0) return undefined;
  const fields = record.split(';').map((field) => field.trim());
  const valid = fields.every(
    (field, index) =>
      (field === '' && index === fields.length - 1) ||
      /^[A-Za-z0-9][\w.-]{0,31}=[\x21-\x3a\x3c\x3e-\x7e]+$/.test(field),
  );
  const id = fields.find((field) => field.startsWith('id='))?.slice('id='.length);
  return valid && id !== undefined && /^[A-Za-z0-9]{1,32}$/.test(id) ? id : undefined;
}

/** Reads a policy; unknown fields are ignored, and of repeated ones the first counts (RFC 8461 §3.2). */
export function readStsPolicy(text: string): StsPolicy | undefined {
  const fields = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [, key, value] = /^([A-Za-z0-9][\w.-]{0,31}):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return undefined;
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  const first = (key: string) => fields.get(key)?.[0];
  const mode = first('mode');
  const maxAge = first('max_age') ?? '';
  const mx = fields.get('mx') ?? [];
  if (first('version') !== 'STSv1' || !/^\d{1,10}$/.test(maxAge) || Number(maxAge) > LONGEST)
    return undefined;
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return undefined;
  if (mode !== 'none' && mx.length === 0) return undefined;
  return { mode, mx, maxAge: Number(maxAge) };
}

/** Whether a policy covers a host; `*` stands for one whole label on the left (RFC 8461 §4.1). */
export function coversHost({ mx }: StsPolicy, host: string, { anyDepth = false } = {}): boolean {
  const name = host.toLowerCase();
  return mx.some((written) => {
    const pattern = written.toLowerCase();
    if (!pattern.startsWith('*.')) return name === pattern;
    const suffix = pattern.slice(1);
    if (anyDepth) return name.endsWith(suffix);
    return name.endsWith(suffix) && !name.slice(0, -suffix.length).includes('.') && name !== suffix;
  });
}
