import { statements } from './authentication-results.ts';

/** A Received-SPF field (RFC 7208 §9.1). */
export interface ReceivedSpf {
  /** Such as `pass`, in lower case. */
  readonly result: string;
  /** Values by key, in lower case, such as `client-ip` and `envelope-from`; quotes removed. */
  readonly properties: ReadonlyMap<string, string>;
}

/** Reads the value of a Received-SPF field; null where it does not begin with a result. */
export function parseReceivedSpf(value: string): ReceivedSpf | null {
  const tokens = statements(value).flat();
  const [result] = tokens;
  if (result === undefined || !/^[a-z]+$/i.test(result)) return null;
  const pairs = tokens.flatMap((token): [string, string][] => {
    const at = token.indexOf('=');
    return at > 0 ? [[token.slice(0, at).toLowerCase(), token.slice(at + 1)]] : [];
  });
  return { result: result.toLowerCase(), properties: new Map(pairs) };
}
