import { check } from '../../harness/check/check.ts';
import { announcement } from '../../harness/steps/announcement.ts';
import { ACCESS_ROLES } from './tls-door.ts';

export const clientCertificateNotRequested = check(
  {
    id: 'ITLS-015',
    slug: 'client-certificate-not-requested',
    title: 'No client certificate is requested unless certificates are a usable login method',
    sends: 'a handshake, and the capability command inside TLS',
    demands: 'no CertificateRequest, or SASL EXTERNAL beside it',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc8314#4.2'],
    roles: ACCESS_ROLES,
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '15s',
    kills: ['access-asks-for-client-certificate'],
  },
  async (services) => {
    const { verify, inconclusive, role } = services;
    const { connection, mechanisms } = await announcement(services, { at: 'tls' });
    const { session } = connection;
    if (!session) return inconclusive('precondition', `There is no TLS on ${role}.`);
    const requested = session.certificateRequested();
    verify.that(!requested || mechanisms.includes('EXTERNAL'), {
      demand: 'no certificate is asked for that nobody can log in with',
      expected: 'no CertificateRequest, or EXTERNAL among the mechanisms',
      actual: `${requested ? 'a CertificateRequest' : 'no CertificateRequest'} (${session.facts.protocol}); mechanisms ${mechanisms.join(' ') || 'none'}`,
    });
  },
);
