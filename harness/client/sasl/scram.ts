import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { ChannelBinding } from './channel-binding.ts';
import type { SaslCredentials, SaslMechanism, SaslMessage, SaslResponse } from './mechanism.ts';
import { saslPrep } from './saslprep.ts';
import { readServerFinal, readServerFirst, type ServerFirst, saslName } from './scram-messages.ts';

/**
 * One way in which the client departs from RFC 5802. The proof is always computed over the messages as
 * sent, so that the named thing alone is wrong.
 */
export type ScramDeviation =
  /** One bit of the proof is flipped. */
  | 'wrong-proof'
  /** The last character of the nonce differs in the final message (§5.1 `r`). */
  | 'changed-nonce'
  /** `m=ext` stands in front of the name; a server must fail on it (§5.1 `m`). */
  | 'mandatory-extension'
  /** GS2 flag `y`: the client could bind channels but believes that the server cannot (§6). */
  | 'flag-y'
  /** `c=` repeats another GS2 header than the first message had (§5.1 `c`). */
  | 'other-gs2-header'
  /** One bit of the channel binding data is flipped. */
  | 'corrupted-binding'
  /** The binding type is `tls-nosuch`, which nobody knows (§6). */
  | 'unknown-binding';

export type ScramHash = 'SHA-1' | 'SHA-256';

export interface ScramOptions extends SaslCredentials {
  readonly hash: ScramHash;
  /** With a binding the mechanism is the -PLUS variant. */
  readonly binding?: ChannelBinding;
  readonly deviation?: ScramDeviation;
  /** Another client nonce than a random one. */
  readonly nonce?: string;
}

/** What a run learned about the server; grows as the run goes on. */
export interface ScramFacts {
  readonly clientNonce: string;
  /** Client and server nonce as the server sent them. */
  readonly nonce: string | undefined;
  /** The nonce begins with ours and is longer (RFC 5802 §5.1 `r`). */
  readonly nonceExtendsOurs: boolean | undefined;
  readonly salt: Buffer | undefined;
  readonly iterations: number | undefined;
  /** `v=` compared with what the password gives; `absent`: the server sent none. */
  readonly serverSignature: 'verified' | 'wrong' | 'absent';
  /** The value of `e=` (RFC 5802 §5.1), octets as Latin-1. */
  readonly serverError: string | undefined;
  /** Why the client cancelled, as a sentence. */
  readonly problem: string | undefined;
}

/** The two messages of a client, to be sent again in another session. */
export interface ScramRecord {
  readonly name: string;
  readonly first: SaslMessage;
  readonly final: SaslMessage;
}

export interface Scram extends SaslMechanism {
  readonly facts: ScramFacts;
  /** The messages of this run, once both were sent. */
  readonly record: ScramRecord | undefined;
}

/** More iterations than any server asks for keep the client busy: refused. */
const ITERATION_LIMIT = 5_000_000;

const derive = promisify(pbkdf2);

/**
 * SCRAM (RFC 5802, RFC 7677), with channel binding where one is given.
 * @throws Error when name or password cannot be prepared, or a deviation of the binding lacks a binding
 */
export function scram(options: ScramOptions): Scram {
  const { hash, binding, deviation, authorizationId = '' } = options;
  const digest = hash === 'SHA-1' ? 'sha1' : 'sha256';
  const name = `SCRAM-${hash}${binding ? '-PLUS' : ''}`;
  const login = saslPrep(options.login);
  const password = saslPrep(options.password);
  const clientNonce = options.nonce ?? randomBytes(18).toString('base64');
  if (!binding && (deviation === 'corrupted-binding' || deviation === 'unknown-binding'))
    throw new Error(`The deviation ${deviation} needs a channel binding.`);
  if (binding && deviation === 'flag-y')
    throw new Error('The deviation flag-y is about a client that binds no channel; it was given a binding.');

  const gs2 = `${gs2Flag(binding, deviation)},${authorizationId === '' ? '' : `a=${saslName(authorizationId)}`},`;
  const firstBare = `${deviation === 'mandatory-extension' ? 'm=ext,' : ''}n=${saslName(login)},r=${clientNonce}`;
  const first: SaslMessage = { bytes: Buffer.from(gs2 + firstBare), secrets: [] };

  const facts: { -readonly [Name in keyof ScramFacts]: ScramFacts[Name] } = {
    clientNonce,
    nonce: undefined,
    nonceExtendsOurs: undefined,
    salt: undefined,
    iterations: undefined,
    serverSignature: 'absent',
    serverError: undefined,
    problem: undefined,
  };
  let step: 'first' | 'final' | 'outcome' | 'over' = 'first';
  let record: ScramRecord | undefined;
  let expectedSignature: Buffer = Buffer.alloc(0);

  const cancel = (problem: string): SaslResponse => {
    facts.problem = problem;
    step = 'over';
    return 'cancel';
  };

  async function clientFinal(serverFirst: ServerFirst): Promise<SaslMessage> {
    const { nonce, salt, iterations } = serverFirst;
    const sentNonce = deviation === 'changed-nonce' ? changeLast(nonce) : nonce;
    const header = deviation === 'other-gs2-header' ? (gs2.startsWith('n') ? 'y,,' : 'n,,') : gs2;
    const bound = Buffer.concat([Buffer.from(header), bindingData(binding, deviation)]);
    const withoutProof = `c=${bound.toString('base64')},r=${sentNonce}`;
    const authMessage = Buffer.concat([
      Buffer.from(`${firstBare},`),
      Buffer.from(`${serverFirst.raw},${withoutProof}`, 'latin1'),
    ]);

    const length = digest === 'sha1' ? 20 : 32;
    const salted = await derive(password, salt, iterations, length, digest);
    const hmac = (key: Buffer, content: string | Buffer) => createHmac(digest, key).update(content).digest();
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash(digest).update(clientKey).digest();
    const signature = hmac(storedKey, authMessage);
    const proof = Buffer.from(clientKey.map((octet, index) => octet ^ (signature[index] ?? 0)));
    expectedSignature = hmac(hmac(salted, 'Server Key'), authMessage);
    // With the proof or the server signature at hand a password can be guessed offline (RFC 5802 §9).
    const secrets = [proof, expectedSignature].map((octets) => Buffer.from(octets.toString('base64')));
    const sentProof = deviation === 'wrong-proof' ? flipBit(proof) : proof;
    const proofText = sentProof.toString('base64');
    return {
      bytes: Buffer.from(`${withoutProof},p=${proofText}`, 'latin1'),
      secrets: [...secrets, Buffer.from(proofText)],
    };
  }

  async function respond(challenge: Buffer): Promise<SaslResponse> {
    switch (step) {
      case 'first':
        step = 'final';
        return first;
      case 'final': {
        const serverFirst = readServerFirst(challenge);
        if ('serverError' in serverFirst) {
          facts.serverError = serverFirst.serverError;
          return cancel('The first message of the server is an error.');
        }
        if ('problem' in serverFirst) return cancel(serverFirst.problem);
        const { nonce, salt, iterations } = serverFirst;
        const nonceExtendsOurs = nonce.startsWith(clientNonce) && nonce.length > clientNonce.length;
        Object.assign(facts, { nonce, salt, iterations, nonceExtendsOurs });
        if (!nonceExtendsOurs)
          return cancel('The nonce of the server does not extend the nonce of the client.');
        if (iterations > ITERATION_LIMIT)
          return cancel(`The server asks for ${iterations} iterations, more than ${ITERATION_LIMIT}.`);
        step = 'outcome';
        const final = await clientFinal(serverFirst);
        record = { name, first, final };
        return final;
      }
      case 'outcome': {
        step = 'over';
        const { signature, serverError } = readServerFinal(challenge);
        facts.serverError = serverError;
        if (signature) {
          const equal =
            signature.length === expectedSignature.length && timingSafeEqual(signature, expectedSignature);
          facts.serverSignature = equal ? 'verified' : 'wrong';
        }
        // The server's verdict follows only after an empty response, whatever it signed.
        return { bytes: Buffer.alloc(0), secrets: [] };
      }
      case 'over':
        return cancel('The server sends a challenge after its final message.');
    }
  }

  return {
    name,
    clientFirst: true,
    facts,
    get record() {
      return record;
    },
    respond,
  };
}

/** Sends the messages of an earlier run again, whatever the server answers in between. */
export function scramReplay(record: ScramRecord): SaslMechanism {
  const messages = [record.first, record.final, { bytes: Buffer.alloc(0), secrets: [] }].values();
  return {
    name: record.name,
    clientFirst: true,
    respond() {
      const next = messages.next();
      return next.done ? 'cancel' : next.value;
    },
  };
}

function gs2Flag(binding: ChannelBinding | undefined, deviation: ScramDeviation | undefined): string {
  if (deviation === 'unknown-binding') return 'p=tls-nosuch';
  if (binding) return `p=${binding.type}`;
  return deviation === 'flag-y' ? 'y' : 'n';
}

function bindingData(binding: ChannelBinding | undefined, deviation: ScramDeviation | undefined): Buffer {
  if (!binding) return Buffer.alloc(0);
  return deviation === 'corrupted-binding' ? flipBit(binding.data) : binding.data;
}

function flipBit(octets: Buffer): Buffer {
  return Buffer.from(octets.map((octet, index) => (index === 0 ? octet ^ 1 : octet)));
}

function changeLast(nonce: string): string {
  return `${nonce.slice(0, -1)}${nonce.endsWith('x') ? 'y' : 'x'}`;
}
