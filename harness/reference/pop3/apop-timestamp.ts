import { randomBytes } from 'node:crypto';
import type { Site } from '../site.ts';
import type { Pop3Role, Pop3Session } from './session.ts';

/** Timestamps that were given out, oldest first; only a fault looks at them again. */
const given = new WeakMap<Site, string[]>();

/** The timestamp of a greeting, another one each time (RFC 1939 §7); undefined where APOP is not offered. */
export function apopTimestamp(site: Site, role: Pop3Role): string | undefined {
  const repeats = site.faulty('pop3-apop-timestamp-repeats');
  const replayable = site.faulty('pop3-apop-takes-old-digests');
  const offered = role === 'pop3s' ? site.apop : site.faulty('pop3-offers-apop-before-tls');
  if (!offered && !repeats && !replayable) return undefined;
  const timestamp = repeats
    ? `<${process.pid}.${Math.floor(Date.now() / 1000)}@${site.hostname}>`
    : `<${randomBytes(8).toString('hex')}.${Date.now()}@${site.hostname}>`;
  const known = given.get(site) ?? [];
  if (replayable) given.set(site, [...known, timestamp]);
  return timestamp;
}

/** Timestamps that a digest may be about: that of this session alone, but for a fault. */
export function timestampsFor({ site }: Pop3Session, timestamp: string): readonly string[] {
  return site.faulty('pop3-apop-takes-old-digests') ? (given.get(site) ?? []) : [timestamp];
}
