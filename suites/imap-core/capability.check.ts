import { check, type ImapClient, type Verify } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { linesOf } from './own-folder.ts';

export const capabilityIsAnswered = check(
  {
    id: 'IMAP-002',
    slug: 'capability-is-answered',
    title: 'CAPABILITY returns one untagged response with a protocol revision before the tagged OK',
    sends: 'CAPABILITY before TLS, inside TLS and after the login',
    demands: 'one CAPABILITY response with IMAP4rev1 or IMAP4rev2, then the tagged OK',
    level: 'MUST',
    severity: 'low',
    clauses: [
      'rfc9051#6.1.1',
      'rfc9051#6.2.2',
      'rfc9051#7.2.2',
      'rfc3501#6.1.1',
      'rfc3501#6.2.2',
      'rfc3501#7.2.1',
    ],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    kills: ['imap-capability-after-tagged'],
  },
  async (services) => {
    const { imap, role, variant } = services;
    if (role === 'imap') await variant('before TLS', async (verify) => verifyOne(verify, await imap()));
    await variant('inside TLS', async (verify) => {
      const client = await imap({ at: 'tls' });
      await verifyOne(verify, client);
      verify.ideally.matches([...(client.capabilities ?? [])].join(' '), /(^| )AUTH=PLAIN( |$)/, {
        demand: 'AUTH=PLAIN is listed inside TLS',
        expected: 'AUTH=PLAIN',
      });
    });
    await variant('after the login', async (verify) => verifyOne(verify, await openImap(services)));
  },
);

async function verifyOne(verify: Verify, client: ImapClient): Promise<void> {
  const reply = await client.capability();
  verify.reply(reply, 'CAPABILITY is answered OK').status('OK');
  const responses = reply.untagged.filter(({ label }) => label === 'CAPABILITY');
  verify.that(responses.length === 1, {
    demand: 'one CAPABILITY response comes before the tagged OK',
    expected: 'one response',
    actual: linesOf({ untagged: responses }),
  });
  verify.matches(responses[0]?.line ?? '', / IMAP4rev[12]( |$)/i, {
    demand: 'the response names a revision of the protocol',
    expected: 'IMAP4rev1 or IMAP4rev2',
  });
}
