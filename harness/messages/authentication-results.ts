/** One result of an Authentication-Results field (RFC 8601 §2.2). */
export interface MethodResult {
  /** Such as `spf`, in lower case, without version. */
  readonly method: string;
  /** Such as `pass`, in lower case; empty where a method is named and no result. */
  readonly result: string;
  readonly reason: string | undefined;
  /** Property values by `ptype.property`, in lower case, such as `smtp.mailfrom`; quotes removed. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface AuthenticationResults {
  readonly authservId: string;
  readonly results: readonly MethodResult[];
}

/**
 * Reads the value of an Authentication-Results field (RFC 8601 §2.2). Null where it does not begin with an
 * authserv-id; parts that are no result are left out, `none` leaves an empty list.
 */
export function parseAuthenticationResults(value: string): AuthenticationResults | null {
  const [head = [], ...parts] = statements(value);
  const [authservId] = head;
  if (authservId === undefined || authservId.includes('=')) return null;
  return { authservId, results: parts.flatMap((tokens) => resultOf(tokens) ?? []) };
}

function resultOf(tokens: readonly string[]): MethodResult | undefined {
  const [first = '', ...others] = tokens;
  // Where the result is missing, a property has been joined to the method.
  const verdict = /^([a-z0-9-]+)(?:\/\d+)?=([a-z0-9-]+|([a-z]+\.[a-z0-9-]+=.*)?)$/is.exec(first);
  if (!verdict) return undefined;
  const [, method = '', word = '', property] = verdict;
  const result = property === undefined ? word : '';
  const rest = property === undefined ? others : [property, ...others];
  const properties = new Map<string, string>();
  let reason: string | undefined;
  for (const token of rest) {
    const at = token.indexOf('=');
    if (at < 0) continue;
    const name = token.slice(0, at).toLowerCase();
    const content = token.slice(at + 1);
    if (name === 'reason') reason = content;
    else if (!properties.has(name)) properties.set(name, content);
  }
  return { method: method.toLowerCase(), result: result.toLowerCase(), reason, properties };
}

/**
 * Splits a structured value at its semicolons and each part at its white space. Comments vanish, quotes are
 * removed from what they enclose, and white space around `=`, `.` and `/` joins what it separates.
 */
export function statements(value: string): readonly (readonly string[])[] {
  const parts: string[][] = [];
  let tokens: string[] = [];
  let token = '';
  let depth = 0;
  const endToken = () => {
    if (token !== '') tokens.push(token);
    token = '';
  };
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (depth > 0) {
      if (char === '\\') at += 1;
      else if (char === '(') depth += 1;
      else if (char === ')') depth -= 1;
    } else if (char === '(') {
      depth = 1;
      endToken();
    } else if (char === '"') {
      const quoted = /^"((?:[^"\\]|\\[\s\S])*)"?/.exec(value.slice(at));
      token += (quoted?.[1] ?? '').replace(/\\([\s\S])/g, '$1');
      at += (quoted?.[0].length ?? 1) - 1;
    } else if (char === ';') {
      endToken();
      parts.push(tokens);
      tokens = [];
    } else if (/\s/.test(char)) endToken();
    else token += char;
  }
  endToken();
  parts.push(tokens);
  return parts.map(joined);
}

/** Joins what stands on both sides of a lonely or dangling `=`. */
function joined(tokens: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const token of tokens) {
    const last = whole.at(-1);
    if (last !== undefined && (token.startsWith('=') || last.endsWith('=')))
      whole[whole.length - 1] = last + token;
    else whole.push(token);
  }
  return whole;
}
