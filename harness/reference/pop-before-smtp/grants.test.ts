import { describe, expect, test } from 'vitest';
import type { FaultName } from '../../model/faults.ts';
import { createDirectory } from '../accounts.ts';
import { createRelayGrants, declaredFeature, type MailboxClient } from './grants.ts';

const WINDOW = 1_000;
const ADDRESS = '127.0.0.10';
const NEIGHBOUR = '127.0.0.11';

function setUp({
  faults = [],
  imap = false,
  offered = true,
}: {
  readonly faults?: readonly FaultName[];
  readonly imap?: boolean;
  readonly offered?: boolean;
} = {}) {
  let now = 0;
  const directory = createDirectory(['alice', 'bob'], 'example.test');
  const [alice] = directory.accounts;
  if (!alice) throw new Error('The directory has no account.');
  const faulty = (fault: FaultName) => faults.includes(fault);
  const feature = declaredFeature(offered ? { windowMs: WINDOW, imap } : undefined, faulty);
  const grants = createRelayGrants({ feature, faulty, directory, now: () => now });
  const client = (protocol: MailboxClient['protocol'] = 'pop3', secured = true): MailboxClient => ({
    protocol,
    address: ADDRESS,
    secured,
  });
  return {
    grants,
    client,
    alice,
    logIn: (protocol: MailboxClient['protocol'] = 'pop3', secured = true) =>
      grants.loggedIn(client(protocol, secured), alice),
    pass: (ms: number) => {
      now += ms;
    },
    mayAlice: (address = ADDRESS) => grants.permits(address, 'alice@example.test'),
  };
}

describe('a good server', () => {
  test('opens mx for the address and the account of a POP3 login, until the window ends', () => {
    const { grants, logIn, pass, mayAlice } = setUp();
    expect(mayAlice()).toBe(false);
    logIn();
    expect(mayAlice()).toBe(true);
    expect(grants.permits(ADDRESS)).toBe(true);
    expect(mayAlice(NEIGHBOUR)).toBe(false);
    expect(grants.permits(ADDRESS, 'bob@example.test')).toBe(false);
    expect(grants.permits(ADDRESS, 'stranger@client.test')).toBe(false);
    pass(WINDOW);
    expect(mayAlice()).toBe(true);
    pass(1);
    expect(mayAlice()).toBe(false);
  });

  test('counts from the last login, not from mail', () => {
    const { logIn, pass, mayAlice } = setUp();
    logIn();
    pass(600);
    expect(mayAlice()).toBe(true);
    logIn();
    pass(600);
    expect(mayAlice()).toBe(true);
    pass(401);
    expect(mayAlice()).toBe(false);
  });

  test('opens nothing by a connection, a failed login, a login in the clear or one by IMAP', () => {
    const { grants, client, logIn, mayAlice } = setUp();
    grants.connected(client());
    grants.loginFailed(client());
    logIn('pop3', false);
    logIn('imap');
    expect(mayAlice()).toBe(false);
  });

  test('opens by IMAP where that is declared', () => {
    const { logIn, mayAlice } = setUp({ imap: true });
    logIn('imap');
    expect(mayAlice()).toBe(true);
  });

  test('opens nothing where the feature is not offered', () => {
    const { logIn, mayAlice } = setUp({ offered: false });
    logIn();
    logIn('imap');
    expect(mayAlice()).toBe(false);
  });
});

describe('faults', () => {
  test('never expires', () => {
    const { logIn, pass, mayAlice } = setUp({ faults: ['pop-before-smtp-never-expires'] });
    logIn();
    pass(1_000_000_000);
    expect(mayAlice()).toBe(true);
  });

  test('lasts longer than declared, and ends', () => {
    const { logIn, pass, mayAlice } = setUp({ faults: ['pop-before-smtp-longer-than-declared'] });
    logIn();
    pass(3 * WINDOW);
    expect(mayAlice()).toBe(true);
    pass(2 * WINDOW);
    expect(mayAlice()).toBe(false);
  });

  test('is refreshed by mail that passes, not by mail that is refused', () => {
    const { grants, logIn, pass, mayAlice } = setUp({ faults: ['pop-before-smtp-refreshed-by-smtp'] });
    logIn();
    pass(WINDOW);
    expect(mayAlice()).toBe(true);
    pass(WINDOW);
    expect(mayAlice()).toBe(true);
    pass(600);
    expect(grants.permits(ADDRESS, 'bob@example.test')).toBe(false);
    pass(600);
    expect(mayAlice()).toBe(false);
  });

  test('serves a network, and not the next one', () => {
    const { logIn, mayAlice } = setUp({ faults: ['pop-before-smtp-grants-network'] });
    logIn();
    expect(mayAlice(NEIGHBOUR)).toBe(true);
    expect(mayAlice('127.0.1.10')).toBe(false);
  });

  test.each(['pop-before-smtp-opened-by-failed-login', 'pop-before-smtp-opened-by-connection'] as const)(
    '%s',
    (fault) => {
      const { grants, client, mayAlice } = setUp({ faults: [fault] });
      if (fault.endsWith('connection')) grants.connected(client());
      else grants.loginFailed(client());
      expect(mayAlice()).toBe(true);
      expect(mayAlice(NEIGHBOUR)).toBe(false);
    },
  );

  test('bring the feature along, unless they are about one that nobody declared', () => {
    const declared = (fault: FaultName) => declaredFeature(undefined, (one) => one === fault);
    expect(declared('pop-before-smtp-never-expires')).toEqual({ windowMs: 3_000 });
    expect(declared('pop3-login-opens-relay')).toBeUndefined();
    expect(declared('mx-trusts-private-networks')).toBeUndefined();
  });
});
