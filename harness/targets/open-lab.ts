import { certificateWith } from 'net-mocks';
import { StartFailed } from '../containers/start-failed.ts';
import { visible } from '../evidence/visible.ts';
import { type OpenedLab, openRun } from '../lab/open/open-run.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import type { Endpoint } from '../model/endpoint.ts';
import type { LabTrust } from '../model/lab-access.ts';
import type { Role } from '../model/roles.ts';
import { placeOf, type TargetDeclaration } from './load.ts';
import type { OpenLabField } from './open-lab-field.ts';
import type { HostSettings } from './schema.ts';
import { readSecret } from './secrets.ts';
import { readCertificate } from './trust-anchor.ts';

/**
 * Opens a run in the lab that a declaration names.
 * @param endpoints of the target, by address
 * @throws ConfigurationError for a token or an authority that is not there; StartFailed where the lab opens no run
 */
export async function openLabOf(
  declaration: TargetDeclaration<HostSettings>,
  field: OpenLabField,
  endpoints: Readonly<Partial<Record<Role, Endpoint>>>,
): Promise<OpenedLab> {
  const { url } = field;
  const token = await readSecret(field.token, declaration.origin.folder).catch((problem: unknown) => {
    if (!(problem instanceof ConfigurationError)) throw problem;
    throw new ConfigurationError(`${placeOf(declaration, ['lab', 'token'])}: ${problem.message}`);
  });
  const authority = field.ca
    ? await readCertificate(declaration, field.ca.file, { at: ['lab', 'ca', 'file'], what: 'authority' })
    : undefined;
  try {
    const trust: LabTrust =
      authority === undefined
        ? await certificateWith(url, field.fingerprint ?? '')
        : { certificate: authority, pinned: false };
    return await openRun({
      url,
      token,
      trust,
      endpoints,
      outboundMs: declaration.settings.timing.outboundMs,
    });
  } catch (problem) {
    const reason = visible(problem instanceof Error ? problem.message : String(problem));
    throw new StartFailed(`The lab in the open at ${visible(url)} opened no run: ${reason}.`);
  }
}
