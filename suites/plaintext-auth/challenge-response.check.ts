import { check } from '../../harness/check/check.ts';
import { announcement } from '../../harness/steps/announcement.ts';
import { isChallengeResponse, listed, READING } from './mechanisms.ts';

export const challengeResponseNeedsTls = check(
  {
    ...READING,
    id: 'PTA-012',
    slug: 'challenge-response-needs-tls',
    title:
      'Challenge-response mechanisms (CRAM-MD5, DIGEST-MD5, NTLM, APOP, SCRAM) are not offered in the clear',
    sends: 'EHLO, CAPA or CAPABILITY without TLS, and reads the POP3 greeting',
    demands: 'no challenge-response mechanism and no APOP timestamp is offered before TLS',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc6331#1', 'rfc5802#9', 'bsi-tr-03108#4.1.1'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    limits: ['Mechanisms that carry the password itself are rated by PTA-001, PTA-002, PTA-006 and PTA-010.'],
    kills: ['pop3-offers-apop-before-tls', 'smtp-offers-cram-md5-before-tls'],
  },
  async (services) => {
    const { role, pop3, verify } = services;
    const offered: string[] = [];
    if (role === 'pop3') {
      const client = await pop3();
      if (client.apopTimestamp !== undefined) offered.push('APOP');
      offered.push(...(await client.capa()).mechanisms);
    } else offered.push(...(await announcement(services, { at: 'ready' })).mechanisms);
    const weak = offered.filter((mechanism) => mechanism === 'APOP' || isChallengeResponse(mechanism));
    verify.equal(listed(weak), 'none', 'no challenge-response mechanism is offered before TLS');
  },
);
