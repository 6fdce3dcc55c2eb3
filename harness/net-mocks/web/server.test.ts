import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCertificateStore } from '../certificates/store.ts';
import { parseHost, type WebHost } from './hosts.ts';
import { startWebServer, type WebServer } from './server.ts';

const certificates = createCertificateStore();
let server: WebServer;

beforeEach(async () => {
  server = await startWebServer({ address: '127.0.0.1', port: 0 }, certificates);
});
afterEach(() => server.close());

const publish = (host: WebHost): void => server.publish(parseHost(host, 'host'));

interface Got {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A strict client: trusts the authority only, checks names. */
async function get(host: string, path = '/.well-known/mta-sts.txt', body?: string): Promise<Got> {
  const { certificate: ca } = await certificates.authority();
  const { endpoint } = server;
  const request = httpsRequest({
    host: endpoint.address,
    port: endpoint.port,
    servername: host,
    headers: { host, authorization: 'Basic c2VjcmV0' },
    path,
    method: body === undefined ? 'GET' : 'POST',
    ca,
    agent: false,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() };
}

const POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.x.test\r\nmax_age: 86400\r\n';

describe('each host', () => {
  test('has its own policy and certificate', async () => {
    publish({ host: 'MTA-STS.x.test', policy: POLICY });
    publish({ host: 'mta-sts.y.test', policy: 'other' });
    expect(await get('mta-sts.x.test')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: POLICY,
    });
    expect((await get('mta-sts.y.test')).body).toBe('other');
    expect((await get('mta-sts.y.test', '/elsewhere')).status).toBe(404);
    expect(server.requests.since(1).entries).toMatchObject([
      {
        source: { address: '127.0.0.1' },
        serverName: 'mta-sts.x.test',
        host: 'mta-sts.x.test',
        tlsVersion: 'TLSv1.3',
        method: 'GET',
        path: '/.well-known/mta-sts.txt',
        status: 200,
        headers: { authorization: '(redacted)' },
        failure: null,
      },
      { serverName: 'mta-sts.y.test', status: 200 },
      { path: '/elsewhere', status: 404 },
    ]);
  });

  test('can redirect, fail, answer late, too much, with other headers, and take uploads', async () => {
    publish({
      host: 'h.test',
      routes: [
        { path: '/moved', redirect: 'https://other.test/' },
        { path: '/broken', status: 500 },
        { path: '/late', delayMs: 60, body: { text: 'late' } },
        { path: '/big', body: { text: 'v' }, fillTo: 200_000 },
        { path: '/html', headers: { 'Content-Type': 'text/html' }, body: { text: '<p>' } },
        { path: '/report', status: 201 },
      ],
    });
    expect(await get('h.test', '/moved?a=b')).toMatchObject({
      status: 302,
      headers: { location: 'https://other.test/' },
    });
    expect((await get('h.test', '/broken')).status).toBe(500);
    const begin = performance.now();
    expect((await get('h.test', '/late')).body).toBe('late');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(58);
    expect((await get('h.test', '/big')).body).toHaveLength(200_000);
    expect((await get('h.test', '/html')).headers['content-type']).toBe('text/html');
    expect((await get('h.test', '/report', '{"report": 1}')).status).toBe(201);
    expect(server.requests.since(1).entries.at(-1)).toMatchObject({
      method: 'POST',
      body: Buffer.from('{"report": 1}'),
    });
  });

  test.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['untrusted-ca', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('can have a certificate that is %s', async (variant, code) => {
    publish({ host: 'h.test', policy: POLICY, certificate: { variant, names: ['h.test'] } });
    await expect(get('h.test')).rejects.toMatchObject({ code });
    publish({ host: 'h.test', policy: POLICY });
    expect((await get('h.test')).status).toBe(200);
  });
});

test('a name that was not published fails in the handshake, and the log says so', async () => {
  const logged = server.requests.wait((entry) => entry.failure !== null, { deadlineMs: 10_000 });
  await expect(get('nobody.test')).rejects.toThrow();
  expect(await logged).toMatchObject({ host: null, status: null, failure: { code: expect.any(String) } });
  publish({ host: 'h.test', policy: POLICY });
  server.withdraw('H.test');
  await expect(get('h.test')).rejects.toThrow();
});

test('closing ends delayed answers and idle connections', async () => {
  publish({ host: 'h.test', routes: [{ path: '/', delayMs: 600_000 }] });
  const asked = server.requests.wait(() => true, { deadlineMs: 10_000 });
  const pending = expect(get('h.test', '/')).rejects.toMatchObject({ code: 'ECONNRESET' });
  const idle = connect(server.endpoint.port, '127.0.0.1');
  await Promise.all([asked, once(idle, 'connect')]);
  const closed = new Promise((resolve) =>
    idle
      .on('error', () => {})
      .on('close', resolve)
      .resume(),
  );
  await server.close();
  await Promise.all([closed, pending]);
});

test.each<[unknown, string]>([
  [{ policy: '' }, 'hosts[0].host: expected a value'],
  [
    { host: 'a.test', routes: [{ path: 'x' }] },
    'hosts[0].routes[0].path: expected a path that begins with a slash',
  ],
  [{ host: 'a.test', routes: [{ path: '/', headers: { 'a b': '' } }] }, '"a b" is not a header field name'],
  [
    { host: 'a.test', routes: [{ path: '/', headers: { a: 'b\r\nc: d' } }] },
    'hosts[0].routes[0].headers.a: a header field value',
  ],
  [
    { host: 'a.test', policy: '', routes: [{ path: '/.well-known/mta-sts.txt' }] },
    'hosts[0].policy: there is also a route',
  ],
])('%j is refused', (host, sentence) => {
  expect(() => parseHost(host, 'hosts[0]')).toThrow(sentence);
});
