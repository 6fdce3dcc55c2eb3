/** An MTA-STS policy as its host serves it (RFC 8461 §3.2). */
export interface PolicyFile {
  readonly mode: string;
  /** Names of mail exchangers, in lower case; `*.` stands for one label. */
  readonly patterns: readonly string[];
  /** Seconds; NaN where none are told. */
  readonly maxAge: number;
  /** What is wrong with it, in sentences. */
  readonly flaws: readonly string[];
}

/** Seconds; the most that a policy may say. */
const LONGEST = 31_557_600;
const MODES: readonly string[] = ['enforce', 'testing', 'none'];
const HOST_PATTERN = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;

/** Reads a policy. Of a field that is there twice the first one counts, except `mx`. */
export function readPolicyFile(text: string): PolicyFile {
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r?$`, 'gm'))].map(([, value = '']) => value);
  const [version = ''] = values('version');
  const [mode = ''] = values('mode');
  const [maxAge = ''] = values('max_age');
  const patterns = values('mx');
  const flaws = [
    ...(version === 'STSv1' ? [] : [`version is "${version}", not STSv1`]),
    ...(MODES.includes(mode) ? [] : [`mode is "${mode}", not ${MODES.join(', ')}`]),
    ...(/^\d{1,10}$/.test(maxAge) ? [] : [`max_age is "${maxAge}", no number of seconds`]),
    ...(Number(maxAge) > LONGEST ? [`max_age is ${maxAge}, and ${LONGEST} is the most`] : []),
    ...(mode !== 'none' && patterns.length === 0 ? ['mx is missing'] : []),
    ...patterns.filter((pattern) => !isHostPattern(pattern)).map((one) => `mx cannot be "${one}"`),
  ];
  return {
    mode,
    patterns: patterns.map((pattern) => pattern.toLowerCase()),
    maxAge: maxAge === '' ? Number.NaN : Number(maxAge),
    flaws,
  };
}

/** A name without final dot (RFC 5321 §4.1.2); no top-level domain is a number, so addresses are none. */
function isHostPattern(pattern: string): boolean {
  return HOST_PATTERN.test(pattern) && !/(^|\.)\d+$/.test(pattern);
}
