import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { readFailure } from '../targets/yaml-source.ts';
import {
  algorithmOf,
  type Envelope,
  isSignedBy,
  keyIdOf,
  preAuthenticationEncoding,
  signPayload,
} from './dsse.ts';

/** Makes an envelope of a payload. */
export type Signer = (payload: Buffer) => Promise<Envelope>;

/** Who signs: a private key in a file, a program that has one, or nobody. */
export interface SignerChoice {
  /** PEM file with a private key. */
  readonly key?: string;
  /** Command line of a program that signs. */
  readonly signer?: string;
  /** PEM file with the public key of that program. */
  readonly publicKey?: string;
}

/**
 * The signer that options choose; null where nobody signs. No key is ever made up.
 * @throws ConfigurationError where options contradict each other or a key cannot be used
 */
export async function chosenSigner({ key, signer, publicKey }: SignerChoice): Promise<Signer | null> {
  if (key !== undefined && signer !== undefined)
    throw new ConfigurationError('Either --key or --signer signs; both were given.');
  if (publicKey !== undefined && signer === undefined)
    throw new ConfigurationError('--public-key is for --signer, which was not given.');
  if (key !== undefined) {
    const half = await readPrivateKey(key);
    return async (payload) => signPayload(payload, half);
  }
  if (signer === undefined) return null;
  if (publicKey === undefined)
    throw new ConfigurationError('--signer needs --public-key: the signature that comes is checked with it.');
  const half = await readPublicKey(publicKey);
  return (payload) => signedBy(signer, half, payload);
}

async function readPrivateKey(file: string): Promise<KeyObject> {
  const pem = await readKeyFile(file);
  const key = orSentence(
    () => createPrivateKey(pem),
    `${file}: This is no private key in PEM without a passphrase. A key with a passphrase, or in a token, signs by --signer.`,
  );
  assertUsable(file, key);
  return key;
}

/** Reads a public key, or that of a certificate. @throws ConfigurationError where the file has none that signs */
export async function readPublicKey(file: string): Promise<KeyObject> {
  const pem = await readKeyFile(file);
  const key = orSentence(() => createPublicKey(pem), `${file}: This is no public key in PEM.`);
  assertUsable(file, key);
  return key;
}

async function readKeyFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`${file}: ${readFailure(error)}`);
  });
}

function orSentence<Value>(make: () => Value, sentence: string): Value {
  try {
    return make();
  } catch {
    throw new ConfigurationError(sentence);
  }
}

function assertUsable(file: string, key: KeyObject): void {
  try {
    algorithmOf(key);
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) throw new ConfigurationError(`${file}: ${thrown.message}`);
    throw thrown;
  }
}

/** What a program made of the octets that are to be signed, checked with its public key. */
async function signedBy(command: string, key: KeyObject, payload: Buffer): Promise<Envelope> {
  const said = await outputOf(command, preAuthenticationEncoding(payload));
  const text = said.replaceAll(/\s/g, '');
  const raw = Buffer.from(text, 'base64');
  if (text === '' || raw.toString('base64') !== text)
    throw new ConfigurationError('--signer: The command did not print a signature in base64.');
  const candidates = algorithmOf(key) === 'ECDSA P-256' && raw.length === 64 ? [raw, derOf(raw)] : [raw];
  const signature = candidates.find((one) => isSignedBy({ payload, signature: one }, key));
  if (!signature)
    throw new ConfigurationError(
      '--signer: What the command printed is no signature over the octets that it was given, by the key of --public-key.',
    );
  return { payload, keyId: keyIdOf(key), signature };
}

/** The output of a command of a shell that is given octets. @throws ConfigurationError where it fails */
function outputOf(command: string, input: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => void parts.push(part));
    // A command may not read what it is given; its signature then shows it.
    child.stdin.on('error', () => undefined);
    child.once('error', (failure) =>
      reject(new ConfigurationError(`--signer: The command cannot be started: ${visible(failure.message)}`)),
    );
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(parts).toString());
      else
        reject(new ConfigurationError(`--signer: The command ended with ${code ?? signal ?? 'a failure'}.`));
    });
    child.stdin.end(input);
  });
}

/** A signature of ECDSA as tokens give it, two numbers after each other, in DER (RFC 3279 §2.2.3). */
function derOf(raw: Buffer): Buffer {
  const integer = (octets: Buffer) => {
    let from = 0;
    while (from < octets.length - 1 && octets[from] === 0) from += 1;
    const short = octets.subarray(from);
    const positive = (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), short]) : short;
    return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
  };
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}
