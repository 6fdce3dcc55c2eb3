import { check, type Services } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { keyName } from './author.ts';
import { declaredKeys } from './declared-keys.ts';
import { SENT_MAIL } from './dkim-check.ts';
import { linesOf, ownSignatures, sendSigned } from './sent-mail.ts';

const ALGORITHMS = ['rsa-sha256', 'ed25519-sha256'];
/** Lengths of RSA keys that signers must and should have, and that verifiers must know (RFC 8301 §3.2). */
const AT_LEAST = 1_024;
const DESIRED = 2_048;
const AT_MOST = 4_096;

export const signaturesAreStrong = check(
  {
    ...SENT_MAIL,
    id: 'DKIM-018',
    slug: 'signatures-are-strong',
    title: 'Signing algorithm and key size are current',
    sends: 'a message of a user to somebody elsewhere',
    demands: 'every signature is by rsa-sha256 with a key of 2048 bits (1024 at least), or by ed25519-sha256',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8301#3.1', 'rfc8301#3.2', 'rfc8463#3', 'rfc6376#3.3', 'rfc6376#3.3.3', 'rfc6376#3.5'],
    needs: ['account', 'records', 'sink'],
    waits: deliveries(1),
    byRecordsAlone: {
      safety: 'safe',
      effect: 'reads',
      roles: ['mx', 'submission', 'submissions'],
      per: 'target',
    },
    limits: ['Without a lab, keys of declared selectors are looked at, and no signature.'],
    kills: ['signs-with-sha1', 'signs-with-short-key', 'signs-with-1024-bits'],
  },
  async (services) => {
    const { verify, inconclusive, records } = services;
    let judged = 0;
    if (records.source !== 'lab') {
      for (const name of new Set(declaredKeys(services))) judged += await judgeKey(services, name);
    } else {
      for (const { algorithm, domain, selector } of (await sendSigned(services)).signatures) {
        const name = keyName({ selector, domain });
        const demand = `the signature by ${name} uses a current algorithm`;
        const current = verify.oneOf(algorithm, ALGORITHMS, demand);
        judged += current ? 0 : 1;
        if (algorithm === 'ed25519-sha256') judged += 1;
        if (algorithm.startsWith('rsa-')) judged += await judgeKey(services, name);
      }
    }
    if (judged === 0)
      inconclusive(
        'precondition',
        'No key of the signatures can be read (DKIM-023), so that their length is unknown.',
      );
  },
);

/** Judges the length of a key of RSA; returns 1, or 0 where there is no key that can be read. */
async function judgeKey(services: Services, name: string): Promise<number> {
  const { verify, authentication } = services;
  const [text = ''] = await publishedTexts(services)(name);
  const { bits, type } = authentication.dkim.readKeyRecord(text);
  if (bits === undefined) return type === 'ed25519' ? 1 : 0;
  const enough = verify.that(bits >= AT_LEAST, {
    demand: `the key ${name} is not too short`,
    expected: `${AT_LEAST} bits or more`,
    actual: `${bits} bits`,
  });
  if (enough)
    verify.ideally.that(bits >= DESIRED && bits <= AT_MOST, {
      demand: `the key ${name} has a length that lasts and that everybody can verify`,
      expected: `${DESIRED} to ${AT_MOST} bits`,
      actual: `${bits} bits`,
    });
  return 1;
}

export const signaturesAlign = check(
  {
    ...SENT_MAIL,
    id: 'DKIM-021',
    slug: 'signatures-align',
    title: 'The signing domain aligns with From',
    sends: 'a message to somebody elsewhere of one account in each domain that the target sends for',
    demands: 'one signature is of the domain in From, or of the same organisational domain',
    level: 'SHOULD',
    severity: 'high',
    clauses: ['rfc9989#4.4.1', 'rfc9989#5.1.2', 'rfc9989#8', 'rfc7489#3.1.1'],
    waits: deliveries(2),
    limits: [
      'Whether two domains belong together is taken from the Public Suffix List.',
      'Sender domains without an account that the audit may use are not looked at.',
    ],
    kills: ['signs-as-provider'],
  },
  async (services) => {
    const { variant, target } = services;
    const domains = new Map(target.accounts.map((account) => [domainOf(account.address), account]));
    const [main] = domains.keys();
    for (const domain of new Set([...(main ? [main] : []), ...(target.claims.senderDomains ?? [])])) {
      const account = domains.get(domain.toLowerCase());
      if (!account) continue;
      await variant(domain, async (verify) => {
        const { signatures } = await sendSigned(services, account);
        const isAligned = signatures.some(({ aligned }) => aligned);
        verify.that(isAligned, {
          demand: `a message from ${domain} has a signature that stands for it`,
          expected: `d=${domain}, or the same organisational domain`,
          actual: linesOf(signatures),
        });
      });
    }
  },
);

export const signaturesCoverTheWholeBody = check(
  {
    ...SENT_MAIL,
    id: 'DKIM-020',
    slug: 'signatures-cover-the-whole-body',
    title: 'Signatures cover the whole body (no l=)',
    sends: 'a message of a user to somebody elsewhere',
    demands: 'its own signatures have no l= tag',
    level: 'policy',
    worst: 'warn',
    severity: 'medium',
    clauses: ['rfc6376#8.2', 'rfc6376#5.4.1'],
    waits: deliveries(1),
    kills: ['signs-nothing-of-the-body'],
  },
  async (services) => {
    const { verify, authentication } = services;
    const mail = await sendSigned(services);
    for (const { domain, selector, tags } of ownSignatures(mail)) {
      const length = authentication.dkim.tagValue(tags, 'l');
      const demand = `the signature of ${selector} at ${domain} covers the whole body`;
      if (length === undefined) verify.met(demand, 'no l= tag');
      else verify.missed(demand, { expected: 'no l= tag', actual: `l=${length}` });
    }
  },
);
