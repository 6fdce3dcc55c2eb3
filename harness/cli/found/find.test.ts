import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLE_NAMES, ROLES } from '../../model/roles.ts';
import { type ReferenceServer, startReference } from '../../reference/server.ts';
import { findTargets, type Sought, type World } from './find.ts';
import type { LookUps } from './look-ups.ts';

let server: ReferenceServer;
beforeAll(async () => {
  server = await startReference({ without: ['pop3', 'pop3s'] });
});
afterAll(() => server.close());

const NONE = { kind: 'none', exists: true } as const;
/** No name is there but those that are given. */
function lookUps(addresses: Readonly<Record<string, string>>, over: Partial<LookUps> = {}): LookUps {
  return {
    mx: async () => NONE,
    srv: async () => NONE,
    addresses: async (name) => {
      const address = addresses[name];
      return address === undefined ? NONE : { kind: 'found', records: [address] };
    },
    ...over,
  };
}

/** A world in which every server is the reference, and everything that is printed and asked is kept. */
function world(over: Partial<World>, yes: (question: string) => boolean = () => true) {
  const printed: string[] = [];
  const asked: string[] = [];
  const connected: number[] = [];
  const all: World = {
    lookUps: lookUps({ 'mail.example.test': '127.0.0.1' }),
    ask: async (question) => {
      asked.push(question);
      return yes(question);
    },
    print: (line) => void printed.push(line),
    signal: new AbortController().signal,
    endpointOf(port) {
      connected.push(port);
      const role = ROLE_NAMES.find((one) => ROLES[one].port === port);
      return (role && server.target.endpoints[role]) ?? { host: '127.0.0.1', port: 1 };
    },
    ...over,
  };
  return { world: all, printed, asked, connected };
}

const sought = (over: Partial<Sought> = {}): Sought => ({
  server: { host: 'mail.example.test' },
  wanted: { permissions: ['safe'] },
  statement: {},
  isResolverNamed: true,
  ...over,
});

describe('a host', () => {
  test('is declared with what answers, and its domain by its name', async () => {
    const { world: around, printed, asked } = world({});
    const targets = await findTargets(sought(), around);
    expect(targets).toMatchObject([
      {
        name: 'mail-example-test',
        domain: 'example.test',
        hostname: 'mail.example.test',
        permissions: ['safe'],
        isDefault: true,
        settings: {
          address: '127.0.0.1',
          roles: { mx: 25, submission: 587, submissions: 465, imap: 143, imaps: 993 },
        },
      },
    ]);
    expect(asked).toEqual(['Audit this?']);
    const text = printed.join('\n');
    expect(text).toContain('110   nobody listens');
    expect(text).toContain('No message is handed over, and no wrong password is tried.');
    expect(text).not.toContain('sends-mail');
  });

  test('is not audited where nobody says yes', async () => {
    const { world: around, printed } = world({}, () => false);
    expect(await findTargets(sought(), around)).toBeNull();
    expect(printed.at(-1)).toBe('Nothing is audited.');
  });

  test('is connected to by no octet where more is permitted than anybody allowed', async () => {
    const { world: around, connected } = world({});
    const wanted = { permissions: ['safe', 'sends-mail'] };
    await expect(findTargets(sought({ wanted }), around)).rejects.toThrow('--i-am-authorised-by TEXT');
    expect(connected).toEqual([]);
    const statement = { authority: 'the test', contact: 'ask@example.test' };
    expect(await findTargets(sought({ wanted, statement }), around)).toMatchObject([
      { permissions: ['safe', 'sends-mail'] },
    ]);
  });

  test('that is an address has the name with which it greets, and needs its domain where that says none', async () => {
    const { world: around } = world({});
    const targets = await findTargets(sought({ server: { host: '127.0.0.1' } }), around);
    expect(targets).toMatchObject([{ hostname: 'mail.example.test', domain: 'example.test' }]);
    const odd = lookUps({ 'in.office': '127.0.0.1', 'deep.in.office': '127.0.0.1' });
    const named = world({ lookUps: odd });
    expect(
      await findTargets(
        sought({ server: { host: 'deep.in.office' }, mailDomain: 'office.test' }),
        named.world,
      ),
    ).toMatchObject([{ hostname: 'deep.in.office', domain: 'office.test' }]);
  });

  test('without an address is a mistake, and nothing that answers is nothing to audit', async () => {
    const { world: around } = world({ lookUps: lookUps({}) });
    await expect(findTargets(sought(), around)).rejects.toThrow('The name does not resolve');
    const silent = world({ endpointOf: () => ({ host: '127.0.0.1', port: 1 }) });
    expect(await findTargets(sought(), silent.world)).toBeNull();
    expect(silent.asked).toEqual([]);
  });
});

describe('a domain', () => {
  const domain = { server: { domain: 'example.test' } };
  const byMx: Partial<LookUps> = {
    mx: async () => ({ kind: 'found', records: [{ exchange: 'mx.example.test', preference: 10 }] }),
  };

  test('is one target for each name that it publishes', async () => {
    const { world: around } = world({
      lookUps: lookUps(
        { 'mx.example.test': '127.0.0.1', 'imap.example.test': '127.0.0.1' },
        {
          ...byMx,
          srv: async (name) =>
            name.startsWith('_imaps.')
              ? {
                  kind: 'found',
                  records: [{ target: 'imap.example.test', port: 993, priority: 0, weight: 0 }],
                }
              : NONE,
        },
      ),
    });
    expect(await findTargets(sought(domain), around)).toMatchObject([
      { name: 'mx-example-test', hostname: 'mx.example.test', settings: { roles: { mx: 25 } } },
      { name: 'imap-example-test', hostname: 'imap.example.test', settings: { roles: { imaps: 993 } } },
    ]);
  });

  test('that publishes no services is guessed at after a yes alone', async () => {
    const names = { 'mx.example.test': '127.0.0.1', 'imap.example.test': '127.0.0.1' };
    const refused = world({ lookUps: lookUps(names, byMx) }, (question) => question === 'Audit this?');
    expect(await findTargets(sought(domain), refused.world)).toMatchObject([{ name: 'mx-example-test' }]);
    expect(refused.asked).toEqual([
      'Look at mail.example.test, imap.example.test, smtp.example.test?',
      'Audit this?',
    ]);
    expect(refused.connected).toEqual([25]);
    const allowed = world({ lookUps: lookUps(names, byMx) });
    expect(await findTargets(sought(domain), allowed.world)).toMatchObject([
      { name: 'mx-example-test', settings: { roles: { mx: 25 } } },
      {
        name: 'imap-example-test',
        settings: { roles: { submission: 587, submissions: 465, imap: 143, imaps: 993 } },
      },
    ]);
  });

  test('whose exchanger has no address is told so', async () => {
    const { world: around, printed } = world({ lookUps: lookUps({}, byMx) });
    expect(await findTargets(sought(domain), around)).toBeNull();
    expect(printed).toContain('mx.example.test has no address, so it is left out.');
  });
});
