import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigurationError } from '../model/configuration-error.ts';
import { placeOf, type TargetDeclaration } from './load.ts';
import { readFailure } from './yaml-source.ts';

/**
 * Reads the trust anchor of a target.
 * @throws ConfigurationError when it cannot be read or is no PEM certificate
 */
export function readTrustAnchor(declaration: TargetDeclaration, file: string): Promise<string> {
  return readCertificate(declaration, file, { at: ['trust-anchor', 'file'], what: 'trust anchor' });
}

/**
 * Reads a certificate from a file that a declaration names.
 * @param named the fields that lead to the name of the file, and what it is, as sentences call it
 * @returns PEM
 * @throws ConfigurationError when it cannot be read or is no PEM certificate
 */
export async function readCertificate(
  declaration: TargetDeclaration,
  file: string,
  { at, what }: { readonly at: readonly string[]; readonly what: string },
): Promise<string> {
  const place = placeOf(declaration, [...at]);
  let pem: string;
  try {
    pem = await readFile(resolve(declaration.origin.folder, file), 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${place}: The ${what} ${file} cannot be used: ${readFailure(error)}`);
  }
  if (!isCertificate(pem))
    throw new ConfigurationError(`${place}: The ${what} ${file} is no certificate in PEM form.`);
  return pem;
}

/** Whether a text begins with a PEM certificate that can be read. */
export function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
