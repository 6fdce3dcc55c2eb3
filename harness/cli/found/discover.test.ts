import { describe, expect, test } from 'vitest';
import { discover, isWithin } from './discover.ts';
import type { Exchange, Looked, LookUps, Service } from './look-ups.ts';

const NONE = { kind: 'none', exists: true } as const;
const found = <Record>(...records: readonly Record[]): Looked<Record> => ({ kind: 'found', records });
const mx = (exchange: string, preference = 10): Exchange => ({ exchange, preference });
const srv = (target: string, port: number, priority = 0, weight = 0): Service => ({
  target,
  port,
  priority,
  weight,
});

/** A DNS of what is given, where everything else is not there. */
function dns(given: {
  readonly mx?: Looked<Exchange>;
  readonly srv?: Readonly<Record<string, Looked<Service>>>;
  readonly addresses?: Looked<string>;
}): LookUps {
  return {
    mx: async () => given.mx ?? NONE,
    srv: async (name) => given.srv?.[name] ?? NONE,
    addresses: async () => given.addresses ?? NONE,
  };
}

const ask = (given: Parameters<typeof dns>[0]) => discover('shop.example', dns(given));

describe('who takes mail', () => {
  test('the exchangers with the lowest preference, all of them told', async () => {
    const { places, said } = await ask({
      mx: found(mx('b.shop.example', 20), mx('mx2.shop.example'), mx('mx1.shop.example')),
    });
    expect(places.map(({ name }) => name)).toEqual(['mx1.shop.example', 'mx2.shop.example']);
    expect(places[0]?.roles).toEqual([{ role: 'mx', port: 25 }]);
    expect(said[0]).toBe(
      'Mail for shop.example goes to mx1.shop.example (10), mx2.shop.example (10), b.shop.example (20). Audited is the lowest preference: mx1.shop.example, mx2.shop.example.',
    );
  });

  test('one that is outside of the domain is told as such', async () => {
    const { said } = await ask({ mx: found(mx('mx.hoster.example')) });
    expect(said[0]).toBe('Mail for shop.example goes to mx.hoster.example (10), outside of shop.example.');
  });

  test('nobody, by a null MX', async () => {
    const { places, said } = await ask({ mx: found(mx('', 0)), addresses: found('192.0.2.1') });
    expect(places).toEqual([]);
    expect(said[0]).toBe('shop.example takes no mail and says so by a null MX record (RFC 7505).');
  });

  test('the domain itself where it has an address and no MX record', async () => {
    const { places, said } = await ask({ addresses: found('192.0.2.1') });
    expect(places).toEqual([{ name: 'shop.example', roles: [{ role: 'mx', port: 25 }] }]);
    expect(said[0]).toContain('RFC 5321 §5.1');
    expect((await ask({})).said[0]).toContain('neither an MX record nor an address');
  });

  test('nobody who could be named where the DNS fails: the address is no substitute then', async () => {
    const { places, said } = await ask({
      mx: { kind: 'failed', code: 'SERVFAIL' },
      addresses: found('192.0.2.1'),
    });
    expect(places).toEqual([]);
    expect(said[0]).toBe(
      'The MX records of shop.example could not be looked up (SERVFAIL), so its mx is left out.',
    );
  });

  test('of a domain that does not exist nothing is said', async () => {
    await expect(ask({ mx: { kind: 'none', exists: false } })).rejects.toThrow(
      '--domain shop.example: There is no such domain in the DNS.',
    );
  });
});

describe('where users go', () => {
  test('the server of lowest priority and highest weight, on its port', async () => {
    const { places, unknown } = await ask({
      mx: found(mx('mail.shop.example')),
      srv: {
        '_submissions._tcp.shop.example': found(
          srv('backup.shop.example', 465, 10),
          srv('light.shop.example', 465, 0, 1),
          srv('mail.shop.example', 2465, 0, 5),
        ),
        '_imaps._tcp.shop.example': found(srv('imap.hoster.example', 993)),
      },
    });
    expect(places).toEqual([
      {
        name: 'mail.shop.example',
        roles: [
          { role: 'mx', port: 25 },
          { role: 'submissions', port: 2465 },
        ],
      },
      { name: 'imap.hoster.example', roles: [{ role: 'imaps', port: 993 }] },
    ]);
    expect(unknown).toEqual(['submission', 'imap', 'pop3', 'pop3s']);
  });

  test('what is said not to be offered is neither audited nor guessed at', async () => {
    const { places, said, unknown } = await ask({
      srv: {
        '_pop3._tcp.shop.example': found(srv('', 0)),
        '_imap._tcp.shop.example': { kind: 'failed', code: 'TIMEOUT' },
      },
    });
    expect(places).toEqual([]);
    expect(said).toContain('_pop3._tcp.shop.example says that this is not offered (RFC 6186 §3.4).');
    expect(said).toContain('_imap._tcp.shop.example could not be looked up (TIMEOUT), so imap is left out.');
    expect(unknown).toEqual(['submission', 'submissions', 'imaps', 'pop3s']);
  });
});

test('a name is within a domain by whole labels', () => {
  expect(isWithin('Mail.Shop.example', 'shop.EXAMPLE')).toBe(true);
  expect(isWithin('shop.example', 'shop.example')).toBe(true);
  expect(isWithin('workshop.example', 'shop.example')).toBe(false);
});
