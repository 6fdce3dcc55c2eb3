import { once } from 'node:events';
import { createServer } from 'node:net';
import { createLab, type Lab } from 'net-mocks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { matchesHostName, readCertificate, trustAnchors, trustPath } from '../certificates/certificates.ts';
import { fetchPolicy, LARGEST_POLICY } from './fetch-policy.ts';

const PATH = '/.well-known/mta-sts.txt';
const HOST = 'mta-sts.good.test';
const { signal } = new AbortController();
let lab: Lab;
let port: number;

beforeAll(async () => {
  lab = await createLab();
  port = (await lab.endpoints()).web.port;
  await lab.web.publish({
    hosts: [
      { host: HOST, policy: 'version: STSv1\r\nmode: enforce\r\n' },
      { host: 'mta-sts.moved.test', routes: [{ path: PATH, redirect: `https://${HOST}${PATH}` }] },
      {
        host: 'mta-sts.endless.test',
        routes: [{ path: PATH, body: { text: 'version: STSv1' }, fillTo: 200_000 }],
      },
      { host: 'mta-sts.slow.test', routes: [{ path: PATH, body: { text: 'x' }, delayMs: 60_000 }] },
      { host: 'mta-sts.wrong.test', policy: 'x', certificate: { names: ['x.test'], variant: 'wrong-name' } },
    ],
  });
});
afterAll(() => lab.close());

const get = (
  host: string,
  over: { readonly addresses?: readonly string[]; readonly withinMs?: number } = {},
) => fetchPolicy(host, PATH, { addresses: ['127.0.0.1'], port, signal, ...over });

test('a policy comes with the certificates of its host, which lead to the authority', async () => {
  const { status, body, certificates, failure } = await get(HOST);
  expect({ status, failure, body: body.toString() }).toEqual({
    status: 200,
    failure: null,
    body: 'version: STSv1\r\nmode: enforce\r\n',
  });
  const { certificate } = await lab.certificates.authority();
  expect(trustPath(certificates, trustAnchors(certificate))).toMatchObject({ trusted: true });
  const [leaf = Buffer.alloc(0)] = certificates;
  expect(readCertificate(leaf).dnsNames.some((name) => matchesHostName(name, HOST))).toBe(true);
});

test('a redirect is not followed', async () => {
  expect(await get('mta-sts.moved.test')).toMatchObject({ status: 302, failure: null });
  const { entries } = await lab.web.requests({ host: HOST });
  expect(entries).toHaveLength(1);
});

test('no more is read than a policy may be long', async () => {
  const { status, body, failure } = await get('mta-sts.endless.test');
  expect({ status, length: body.length, failure }).toEqual({
    status: 200,
    length: LARGEST_POLICY,
    failure: `its answer is longer than ${LARGEST_POLICY} octets`,
  });
});

test('a host that does not answer is left, and was reached', async () => {
  expect(await get('mta-sts.slow.test', { withinMs: 2_000 })).toMatchObject({
    status: null,
    failure: `it does not answer within 2000 ms (127.0.0.1 port ${port})`,
    reached: true,
  });
});

test('a wrong certificate is shown, not believed', async () => {
  const { status, certificates } = await get('mta-sts.wrong.test');
  const [leaf = Buffer.alloc(0)] = certificates;
  expect(status).toBe(200);
  expect(readCertificate(leaf).dnsNames).toEqual(['wrong-name.invalid']);
});

test('a closed port is told; a host without address is', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  const closed = typeof address === 'object' && address ? address.port : 1;
  const refused = await fetchPolicy(HOST, PATH, { addresses: ['127.0.0.1'], port: closed, signal });
  expect(refused).toMatchObject({ status: null, reached: true });
  expect(refused.failure).toContain('ECONNREFUSED');
  expect(await get(HOST, { addresses: [] })).toMatchObject({ status: null, failure: 'it has no address' });
});
