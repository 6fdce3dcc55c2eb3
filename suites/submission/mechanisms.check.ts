import { check } from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { authClient, submissionClient, WEAK_MECHANISMS } from './inside-tls.ts';
import { DIALOGUE, FAILED_LOGINS } from './submission-check.ts';

export const weakMechanismsAreNotOffered = check(
  {
    id: 'SUB-011',
    slug: 'weak-mechanisms-are-not-offered',
    title: 'ANONYMOUS and other weak mechanisms are not offered; a non-plaintext mechanism is recommended',
    sends: 'EHLO inside TLS; AUTH ANONYMOUS, MAIL and RCPT for an external recipient where it is listed',
    demands:
      'ANONYMOUS gives no rights; no CRAM-MD5, DIGEST-MD5 or NTLM is listed; SCRAM-SHA-256 or EXTERNAL is',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc6331#1', 'rfc5068#3.1'],
    ...DIALOGUE,
    budget: '10s',
    limits: ['A listed mechanism may have no password store behind it; only ANONYMOUS is tried.'],
    kills: ['auth-offers-anonymous', 'auth-offers-weak-mechanisms', 'auth-offers-only-plain'],
  },
  async (services) => {
    const { verify, helloName, bytes } = services;
    const client = await authClient(services);
    const mechanisms = client.capabilities?.mechanisms ?? [];
    const listed = mechanisms.join(' ');
    verify.ideally.that(!mechanisms.some((mechanism) => WEAK_MECHANISMS.includes(mechanism)), {
      demand: 'no weak mechanism is listed',
      expected: `none of ${WEAK_MECHANISMS.join(', ')}`,
      actual: listed,
    });
    verify.ideally.matches(listed, /(?:^| )(?:SCRAM-SHA-256|(?:EXTERNAL|GSSAPI)(?: |$))/, {
      demand: 'a mechanism that keeps the password from the server is listed',
      expected: 'SCRAM-SHA-256, EXTERNAL or GSSAPI',
    });
    if (!mechanisms.includes('ANONYMOUS')) return;
    const entered = await client.command(`AUTH ANONYMOUS ${bytes.base64('probe')}`);
    const mail = entered.code === 235 ? await client.command(`MAIL FROM:<probe@${helloName}>`) : entered;
    const rcpt = mail.code === 250 ? await client.command(`RCPT TO:<probe@sink.test>`) : mail;
    client.connection.close();
    verify.that(rcpt.code !== 250, {
      demand: 'ANONYMOUS gives no right to submit',
      expected: 'a refusal',
      actual: `AUTH ${lineOf(entered)}, RCPT ${lineOf(rcpt)}`,
    });
  },
);

export const externalNeedsCertificate = check(
  {
    id: 'SUB-024',
    slug: 'external-needs-certificate',
    title: 'EXTERNAL without a client certificate is refused',
    sends:
      'AUTH EXTERNAL with an empty identity and with that of an account, inside TLS without a client certificate',
    demands: 'both are refused',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc4422#appendix-A', 'rfc4954#4'],
    ...FAILED_LOGINS,
    budget: '15s',
    kills: ['auth-external-without-certificate'],
  },
  async (services) => {
    const { variant, target, nonce, bytes } = services;
    const identity = target.accounts[0]?.login ?? `probe-${nonce}@${target.domain}`;
    for (const [name, response] of [
      ['without an identity', '='],
      ['with the identity of an account', bytes.base64(identity)],
    ] as const) {
      await variant(name, async (verify) => {
        const client = await submissionClient(services);
        const answer = await client.attempt(`AUTH EXTERNAL ${response}`);
        verify.answer(answer, `EXTERNAL ${name} is refused without a client certificate`, {
          codeClasses: [4, 5],
          closed: true,
        });
      });
    }
  },
);
