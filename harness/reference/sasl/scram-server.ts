import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ScramCredentials, ScramHash } from '../accounts.ts';
import { decodeBase64 } from './exchange.ts';

/** Checks that a SCRAM server makes; a fault leaves one out. */
export interface ScramConduct {
  readonly comparesProof: boolean;
  readonly comparesNonce: boolean;
  readonly comparesChannelBinding: boolean;
  readonly refusesMandatoryExtensions: boolean;
  readonly refusesDowngradeFlag: boolean;
  readonly signsCorrectly: boolean;
}

export const SOUND_SCRAM: ScramConduct = {
  comparesProof: true,
  comparesNonce: true,
  comparesChannelBinding: true,
  refusesMandatoryExtensions: true,
  refusesDowngradeFlag: true,
  signsCorrectly: true,
};

export interface ScramSettings {
  readonly hash: ScramHash;
  /** The mechanism is a -PLUS one: the client binds to the TLS channel. */
  readonly plus: boolean;
  /** A -PLUS variant is offered beside this mechanism, so that the flag `y` betrays a downgrade. */
  readonly plusOffered: boolean;
  /** The server's part of the nonce. */
  readonly nonce: string;
  readonly conduct: ScramConduct;
  credentials(login: string): ScramCredentials;
  /** Data of a channel binding type; undefined for one that this connection does not have. */
  binding(type: string): Buffer | undefined;
}

export type ScramResult =
  | { readonly ok: true; readonly login: string; readonly authzid: string }
  | { readonly ok: false; readonly why: 'malformed' | 'refused'; readonly login: string };

interface ClientFirst {
  readonly gs2Header: string;
  readonly flag: string;
  readonly authzid: string;
  readonly bare: string;
  readonly login: string;
  readonly nonce: string;
  readonly mandatoryExtension: boolean;
}

/**
 * The server's side of SCRAM (RFC 5802 §3, §5): yields the challenges, is given the responses. The
 * signature goes out as a challenge that the client answers with nothing.
 */
export function* scramServer(settings: ScramSettings): Generator<Buffer, ScramResult, Buffer> {
  const { hash, conduct } = settings;
  const first = parseClientFirst((yield Buffer.alloc(0)).toString('utf8'));
  if (!first) return { ok: false, why: 'malformed', login: '' };
  const refused: ScramResult = { ok: false, why: 'refused', login: first.login };
  if (first.mandatoryExtension && conduct.refusesMandatoryExtensions) return refused;

  const bindingType = first.flag.startsWith('p=') ? first.flag.slice('p='.length) : undefined;
  if ((bindingType !== undefined) !== settings.plus) return refused;
  if (first.flag === 'y' && settings.plusOffered && conduct.refusesDowngradeFlag) return refused;
  const binding = bindingType === undefined ? Buffer.alloc(0) : settings.binding(bindingType);
  if (!binding) return refused;

  const { salt, iterations, storedKey, serverKey } = settings.credentials(first.login);
  const nonce = first.nonce + settings.nonce;
  const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
  const final = parseClientFinal((yield Buffer.from(serverFirst)).toString('utf8'));
  if (!final) return { ok: false, why: 'malformed', login: first.login };
  if (final.nonce !== nonce && conduct.comparesNonce) return refused;
  if (final.mandatoryExtension && conduct.refusesMandatoryExtensions) return refused;

  const expectedBinding = Buffer.concat([Buffer.from(first.gs2Header), binding]);
  const bound = conduct.comparesChannelBinding
    ? final.binding.equals(expectedBinding)
    : final.binding.subarray(0, first.gs2Header.length).equals(Buffer.from(first.gs2Header));
  if (!bound) return refused;

  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
  const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`;
  const clientKey = xor(hmac(storedKey, authMessage), final.proof);
  const proven = clientKey && timingSafeEqual(createHash(hash).update(clientKey).digest(), storedKey);
  if (!proven && conduct.comparesProof) return refused;

  const signature = hmac(serverKey, conduct.signsCorrectly ? authMessage : `${authMessage}?`);
  yield Buffer.from(`v=${signature.toString('base64')}`);
  return { ok: true, login: first.login, authzid: first.authzid };
}

/** RFC 5802 §7: gs2-header, then [reserved-mext ","] username "," nonce ["," extensions]. */
function parseClientFirst(message: string): ClientFirst | undefined {
  const match =
    /^((n|y|p=[A-Za-z0-9.-]+),(?:a=([^,]+))?,)((m=[^,]*,)?n=([^,]+),r=([!-+\--~]+)(?:,.*)?)$/.exec(message);
  if (!match) return undefined;
  const [, gs2Header = '', flag = '', authzid = '', bare = '', extension, username = '', nonce = ''] = match;
  const login = decodeSaslName(username);
  const decodedAuthzid = decodeSaslName(authzid);
  if (login === undefined || decodedAuthzid === undefined) return undefined;
  return {
    gs2Header,
    flag,
    authzid: decodedAuthzid,
    bare,
    login,
    nonce,
    mandatoryExtension: extension !== undefined,
  };
}

/** RFC 5802 §7: channel-binding "," nonce ["," extensions] "," proof. */
function parseClientFinal(message: string) {
  const match = /^(c=([^,]+),r=([!-+\--~]+)((?:,[A-Za-z]=[^,]*)*)),p=([^,]+)$/.exec(message);
  const binding = decodeBase64(match?.[2] ?? '');
  const proof = decodeBase64(match?.[5] ?? '');
  if (!match || !binding || !proof) return undefined;
  return {
    withoutProof: match[1] ?? '',
    binding,
    nonce: match[3] ?? '',
    mandatoryExtension: /,m=/.test(match[4] ?? ''),
    proof,
  };
}

/** `=2C` and `=3D` stand for comma and equals sign; any other `=` is an error (RFC 5802 §5.1). */
function decodeSaslName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function xor(left: Buffer, right: Buffer): Buffer | undefined {
  if (left.length !== right.length) return undefined;
  return Buffer.from(left.map((octet, index) => octet ^ (right[index] ?? 0)));
}
