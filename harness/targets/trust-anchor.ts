import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigurationError } from '../model/configuration-error.ts';
import { placeOf, type TargetDeclaration } from './load.ts';
import { readFailure } from './yaml-source.ts';

/**
 * Reads a trust anchor from a file named in a declaration.
 * @throws ConfigurationError when it cannot be read or is no PEM certificate
 */
export async function readTrustAnchor(declaration: TargetDeclaration, file: string): Promise<string> {
  const place = placeOf(declaration, ['trust-anchor', 'file']);
  let pem: string;
  try {
    pem = await readFile(resolve(declaration.origin.folder, file), 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${place}: The trust anchor ${file} cannot be used: ${readFailure(error)}`);
  }
  if (!isCertificate(pem)) {
    throw new ConfigurationError(`${place}: The trust anchor ${file} is no certificate in PEM form.`);
  }
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
