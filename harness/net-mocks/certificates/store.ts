import type { Authority, IssuedCertificate, KeptAuthority } from './authority.ts';
import type { CertificateSettings } from './request.ts';

/** Issues certificates, the same one for the same request. */
export interface CertificateStore {
  authority(): Promise<Authority>;
  issue(settings: CertificateSettings): Promise<IssuedCertificate>;
}

/** The library behind the authority takes longer to load than all the rest, so it is loaded when needed. */
export function createCertificateStore(kept?: KeptAuthority): CertificateStore {
  let made: Promise<Authority> | undefined;
  const issued = new Map<string, Promise<IssuedCertificate>>();
  const authority = (): Promise<Authority> => {
    made ??= import('./authority.ts').then(({ createAuthority }) => createAuthority(kept));
    return made;
  };
  return {
    authority,
    issue(settings) {
      const key = JSON.stringify([settings.variant, settings.names, settings.key]);
      const present = issued.get(key);
      if (present !== undefined) return present;
      const fresh = authority().then((ready) => ready.issue(settings));
      issued.set(key, fresh);
      return fresh;
    },
  };
}
