import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { base64 } from '../../wire/bytes.ts';
import type { RawClient } from './raw-client.ts';

/** How a SCRAM exchange of a test deviates from a right one. */
export interface ScramScript {
  readonly plus?: boolean;
  /** The GS2 flag: `n`, `y` or `p=` and a channel binding type. */
  readonly flag?: string;
  /** Channel binding data. */
  readonly binding?: Buffer;
  readonly clientNonce?: string;
  /** In front of the user name. */
  readonly extension?: string;
  readonly spoil?: 'proof' | 'nonce';
  /** Client-final message of another exchange. */
  readonly replay?: string;
}

export interface ScramTrace {
  /** Reply code of the end. */
  readonly end: string;
  readonly iterations: number;
  readonly nonce: string;
  readonly clientFinal: string;
  /** The server proved that it knows the password. */
  readonly signed: boolean;
}

/** SCRAM-SHA-256 over SMTP AUTH (RFC 5802), as the tests need it to go wrong. */
export async function authScram(
  client: RawClient,
  login: string,
  password: string,
  script: ScramScript = {},
): Promise<ScramTrace> {
  const { flag = 'n', binding = Buffer.alloc(0), extension = '' } = script;
  const clientNonce = script.clientNonce ?? randomBytes(12).toString('hex');
  const bare = `${extension}n=${login},r=${clientNonce}`;
  const mechanism = script.plus ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-256';
  const serverFirstReply = await client.ask(`AUTH ${mechanism} ${base64(`${flag},,${bare}`)}`);
  if (!serverFirstReply.startsWith('334 ')) return ended(serverFirstReply);
  const serverFirst = Buffer.from(serverFirstReply.slice(4), 'base64').toString();
  const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];

  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest();
  const bound = base64(Buffer.concat([Buffer.from(`${flag},,`), binding]));
  const withoutProof = `c=${bound},r=${nonce}${script.spoil === 'nonce' ? 'x' : ''}`;
  const authMessage = `${bare},${serverFirst},${withoutProof}`;
  const signature = hmac(storedKey, authMessage);
  const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0)));
  if (script.spoil === 'proof') proof[0] = (proof[0] ?? 0) ^ 1;
  const clientFinal = script.replay ?? `${withoutProof},p=${base64(proof)}`;

  const facts = { iterations: Number(iterations), nonce, clientFinal };
  const reply = await client.ask(base64(clientFinal));
  if (!reply.startsWith('334 ')) return { ...ended(reply), ...facts };
  const expected = `v=${base64(hmac(hmac(salted, 'Server Key'), authMessage))}`;
  const signed = Buffer.from(reply.slice(4), 'base64').toString() === expected;
  return { end: (await client.ask('')).slice(0, 3), signed, ...facts };
}

function ended(reply: string): ScramTrace {
  return { end: reply.slice(0, 3), iterations: 0, nonce: '', clientFinal: '', signed: false };
}
