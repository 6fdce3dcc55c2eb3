import { lines } from '../../wire/bytes.ts';
import type { Site } from '../site.ts';
import type { Finding } from './finding.ts';

/** The Authentication-Results field of this site (RFC 8601 §2.2), one finding a line; empty for null. */
export function resultsField(
  { hostname }: Pick<Site, 'hostname'>,
  findings: readonly Finding[] | null,
): Buffer {
  if (!findings) return Buffer.alloc(0);
  if (findings.length === 0) return lines(`Authentication-Results: ${hostname}; none`);
  const statements = findings.map(
    ({ method, result, properties }) =>
      `\t${[`${method}=${result}`, ...properties.map(([name, value]) => `${name}=${tokenOrQuoted(value)}`)].join(' ')}`,
  );
  return lines(
    `Authentication-Results: ${hostname};`,
    ...statements.map((text, index) => (index + 1 < statements.length ? `${text};` : text)),
  );
}

/** A value that is neither token nor address is quoted (RFC 2045 §5.1). */
function tokenOrQuoted(value: string): string {
  return /^[\w!#$%&'*+.^`{|}~@-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
