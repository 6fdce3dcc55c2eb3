import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Claims } from '../model/claims.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { isLabFact, type LabFact } from '../model/lab-facts.ts';
import type { SmarthostClaim } from '../model/smarthost-claim.ts';
import type { Account } from '../model/target.ts';
import { placeOf, type TargetDeclaration } from './load.ts';
import { type KeyPath, readFailure } from './yaml-source.ts';

/** A declaration's secrets, read. Never logged, never written. */
export interface Secrets {
  /** The declared accounts with their passwords. */
  readonly accounts: readonly Account[];
  /** Environment of the container, or variables of the compose file, references replaced. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that take a fact of the lab, known only once there is one. */
  readonly labVariables: Readonly<Record<string, LabFact>>;
  /** Password for the smarthost that the lab plays; undefined where none is claimed, or no login. */
  readonly smarthostPassword?: string;
  /** Every secret above, for the redactor. */
  readonly values: readonly string[];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 24 of 62 characters are 142 bits. */
const GENERATED_LENGTH = 24;

/**
 * Reads the secrets that a declaration refers to; to be called for selected targets only.
 * @throws ConfigurationError naming every secret that is not there, each with its place in the targets file
 */
export async function readSecrets(declaration: TargetDeclaration): Promise<Secrets> {
  const { settings } = declaration;
  if (settings.driver === 'reference' || settings.driver === 'network')
    return { accounts: [], env: {}, labVariables: {}, values: [] };
  const problems: string[] = [];
  const values: string[] = [];
  const read = async (reference: string, path: KeyPath): Promise<string> => {
    try {
      const secret = await readSecret(reference, declaration.origin.folder);
      values.push(secret);
      return secret;
    } catch (problem) {
      if (!(problem instanceof ConfigurationError)) throw problem;
      problems.push(`${placeOf(declaration, path)}: ${problem.message}`);
      return '';
    }
  };

  const accounts: Account[] = [];
  for (const [index, given] of settings.accounts.entries()) {
    accounts.push({
      address: given.address,
      login: given.login ?? given.address,
      password: await read(given.password, ['accounts', index, 'password']),
      disposable: given.disposable,
      cleartextSecret: given['allow-cleartext-secret'],
    });
  }
  const env: Record<string, string> = {};
  const labVariables: Record<string, LabFact> = {};
  for (const [name, written] of Object.entries('env' in settings ? settings.env : {})) {
    const { form, rest } = formOf(written);
    if (form === 'account') env[name] = accounts.find(({ address }) => address === rest)?.password ?? '';
    else if (form === 'text') env[name] = rest;
    else if (form === 'lab' && isLabFact(rest)) labVariables[name] = rest;
    else if (form === 'plain') env[name] = written;
    else env[name] = await read(written, ['env', name]);
  }
  if (problems.length > 0) throw new ConfigurationError(...problems);
  if (!settings.claims.smarthost?.login) return { accounts, env, labVariables, values };
  const smarthostPassword = generatedSecret();
  return { accounts, env, labVariables, smarthostPassword, values: [...values, smarthostPassword] };
}

/** The smarthost that a lab has to play for a target, in the form of an option; nothing where none is claimed. */
export function smarthostOf(
  { claims }: { readonly claims: Pick<Claims, 'smarthost'> },
  { smarthostPassword }: Secrets,
): { readonly smarthost?: { readonly claim: SmarthostClaim; readonly password?: string } } {
  const claim = claims.smarthost;
  if (!claim) return {};
  return {
    smarthost: { claim, ...(smarthostPassword === undefined ? {} : { password: smarthostPassword }) },
  };
}

/** Forms of a value of `env`: four references, `text:` for what only looks like one, and plain text. */
function formOf(written: string): {
  form: 'env' | 'file' | 'account' | 'lab' | 'text' | 'plain';
  rest: string;
} {
  for (const form of ['env', 'file', 'account', 'lab', 'text'] as const) {
    if (written.startsWith(`${form}:`)) return { form, rest: written.slice(form.length + 1) };
  }
  return { form: 'plain', rest: written };
}

/**
 * Reads one secret, `env:NAME` or `file:path`.
 * @param folder that paths start from
 * @throws ConfigurationError where it is not there
 */
export async function readSecret(reference: string, folder: string): Promise<string> {
  if (reference === 'generate') return generatedSecret();
  const { form, rest } = formOf(reference);
  if (form === 'env') {
    const secret = process.env[rest];
    if (secret === undefined) throw new ConfigurationError(`The environment variable ${rest} is not set.`);
    if (secret === '') throw new ConfigurationError(`The environment variable ${rest} is empty.`);
    return secret;
  }
  let content: string;
  try {
    content = await readFile(resolve(folder, rest), 'utf8');
  } catch (error) {
    throw new ConfigurationError(`The secret file ${rest} cannot be used: ${readFailure(error)}`);
  }
  // Editors end a file with a line break that is no part of the secret.
  const secret = content.replace(/\r?\n$/, '');
  if (secret === '') throw new ConfigurationError(`The secret file ${rest} is empty.`);
  return secret;
}

/** Letters and digits only, so that no server, shell or configuration file reads it otherwise. */
function generatedSecret(): string {
  return Array.from({ length: GENERATED_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
