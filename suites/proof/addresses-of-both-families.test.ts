import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import type { Role } from '../../harness/model/roles.ts';
import { type ReferenceServer, startReference } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((of) => of?.some(({ address }) => address === '::1'));

function checkOf(code: string) {
  const check = CHECKS.find(({ definition }) => definition.id === code);
  if (!check) throw new Error(`${code} does not exist.`);
  return check;
}

/** A host of two servers, one at each address of its name; roles that are closed at one of them. */
async function resultOnHost(
  code: string,
  { closed4 = [], closed6 = [] }: { readonly closed4?: readonly Role[]; readonly closed6?: readonly Role[] },
) {
  const servers: ReferenceServer[] = [];
  const start = async (host: string, closed: readonly Role[]) => {
    const server = await startReference({ host });
    servers.push(server);
    const { endpoints } = server.target;
    // Nobody listens on port 1 of loopback.
    return {
      ...endpoints,
      ...Object.fromEntries(closed.map((role) => [role, { host, port: 1 }])),
    };
  };
  try {
    const endpoints = await start('127.0.0.1', closed4);
    const ipv6Endpoints = await start('::1', closed6);
    const [server] = servers;
    if (!server) throw new Error('No server was started.');
    return await resultAgainst(checkOf(code), { ...server.target, driver: 'host', endpoints, ipv6Endpoints });
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

test.skipIf(!hasIpv6).each([
  ['pass', {}, ''],
  ['fail', { closed6: ['submission'] }, 'found over IPv6 none: No connection to [::1]:1: ECONNREFUSED.'],
  ['fail', { closed4: ['imaps'] }, 'found over IPv4 none: No connection to 127.0.0.1:1: ECONNREFUSED.'],
] as const)('a host with addresses of both kinds: %s where %o', async (verdict, closed, reason) => {
  const result = await resultOnHost('SMTP-036', closed);
  expect(result.verdict, explained(result)).toBe(verdict);
  expect(result.reason).toContain(reason);
});

test('a host with addresses of one kind: not applicable', async () => {
  const { target, close } = await startReference();
  const result = await resultAgainst(checkOf('SMTP-036'), { ...target, driver: 'host' }).finally(close);
  expect(result.verdict, explained(result)).toBe('not-applicable');
});

test.skipIf(!hasIpv6)('a check that runs over IPv6 too reaches the server there', async () => {
  const result = await resultOnHost('STLS-001', {});
  expect(result.variants.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'mx pass',
    'mx over IPv6 pass',
  ]);
  expect(result.transcript.filter(({ text }) => /connected to mx at \[::1\]/.test(text))).toHaveLength(1);
});
