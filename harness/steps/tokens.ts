import type { Services } from '../check/check.ts';

const given = new WeakMap<Services, number>();

/** Printable ASCII that no other message of this run of the body carries, nor of any other run. */
export function nextToken(services: Services): string {
  const number = (given.get(services) ?? 0) + 1;
  given.set(services, number);
  return `t${number}x${services.nonce}`;
}
