import { createHash, createHmac, pbkdf2Sync, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** A user of the reference server; the address is also the login. */
export interface ReferenceAccount {
  readonly address: string;
  readonly password: string;
  /** Opaque bearer token that OAUTHBEARER and XOAUTH2 accept. */
  readonly token: string;
}

/** What the server stores for SCRAM (RFC 5802 §3). */
export interface ScramCredentials {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export type ScramHash = 'sha1' | 'sha256';

/** Finds users and checks their secrets, in the same way whether or not a user exists. */
export interface Directory {
  readonly accounts: readonly ReferenceAccount[];
  /** The account of a login or of an address; letter case does not matter, nor does a +detail. */
  find(login: string): ReferenceAccount | undefined;
  /** The account, if it exists and this is its password. */
  withPassword(login: string, password: string): ReferenceAccount | undefined;
  /** The account of a bearer token. */
  withToken(token: string): ReferenceAccount | undefined;
  /** SCRAM credentials of a login; an unknown login gets constant ones that no proof fits. */
  scram(login: string, hash: ScramHash, iterations: number): ScramCredentials;
}

const LETTERS_AND_DIGITS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A password of 20 letters and digits. */
function generatePassword(): string {
  return Array.from({ length: 20 }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]).join('');
}

/** Accounts with generated secrets, and the directory over them. */
export function createDirectory(names: readonly string[], domain: string): Directory {
  const accounts = names.map((name) => ({
    address: `${name}@${domain}`,
    password: generatePassword(),
    token: randomBytes(24).toString('hex'),
  }));
  const siteSecret = randomBytes(32);
  const scramCache = new Map<string, ScramCredentials>();
  const byAddress = new Map(accounts.map((account) => [account.address, account]));
  const find = (login: string) => byAddress.get(login.toLowerCase().replace(/\+[^@]*(?=@[^@]*$)/, ''));

  return {
    accounts,
    find,
    withPassword(login, password) {
      const account = find(login);
      return sameText(account?.password ?? siteSecret.toString('hex'), password) ? account : undefined;
    },
    withToken: (token) => accounts.find((account) => sameText(account.token, token)),
    scram(login, hash, iterations) {
      const account = find(login);
      const key = `${hash} ${iterations} ${account?.address ?? login}`;
      const known = scramCache.get(key);
      if (known) return known;
      const salt = createHmac('sha256', siteSecret).update(key).digest().subarray(0, 16);
      const credentials = deriveScram(
        account?.password ?? randomBytes(16).toString('hex'),
        salt,
        iterations,
        hash,
      );
      if (account) scramCache.set(key, credentials);
      return credentials;
    },
  };
}

/** Stored and server key of a password (RFC 5802 §3). */
export function deriveScram(
  password: string,
  salt: Buffer,
  iterations: number,
  hash: ScramHash,
): ScramCredentials {
  const length = hash === 'sha1' ? 20 : 32;
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, length, hash);
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  return {
    salt,
    iterations,
    storedKey: createHash(hash).update(clientKey).digest(),
    serverKey: createHmac(hash, salted).update('Server Key').digest(),
  };
}

/** Compares secrets without telling by time how far they agree. */
function sameText(expected: string, given: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
