import { check, type Services } from '../../harness/check/check.ts';
import { protectedDomain, SELECTOR, silentDomain, strangerDomain } from './author.ts';
import { assertEvaluated, assertJudged, isContained } from './evaluation.ts';
import { attempt, recorded, wordsOf } from './trial.ts';

/** Most sets that a chain may have (RFC 8617 §4.2.1). */
const CHAIN_LIMIT = 50;

interface ChainCase {
  readonly name: string;
  /** True: the chain is valid, and yet sealed by somebody whom nobody trusts. */
  readonly valid: boolean;
  readonly seal: (services: Services, message: Buffer, names: Names) => Promise<Buffer>;
}

interface Names {
  readonly victim: string;
  readonly sealer: string;
}

const CASES: readonly ChainCase[] = [
  {
    name: 'a valid chain of a stranger',
    valid: true,
    seal: (services, message, names) => sealedBy(services, message, names, 'none'),
  },
  {
    name: 'a first seal that says pass',
    valid: false,
    seal: (services, message, names) => sealedBy(services, message, names, 'pass'),
  },
  {
    name: 'a made-up set',
    valid: false,
    seal: async ({ bytes }, message, names) => Buffer.concat([inventedSet(bytes, names, 1), message]),
  },
  {
    name: 'a gap in the chain',
    valid: false,
    seal: async (services, message, names) =>
      Buffer.concat([
        inventedSet(services.bytes, names, 3),
        await sealedBy(services, message, names, 'none'),
      ]),
  },
  {
    name: 'more sets than allowed',
    valid: false,
    seal: async ({ bytes }, message, names) =>
      Buffer.concat([
        ...Array.from({ length: CHAIN_LIMIT + 1 }, (_, index) =>
          inventedSet(bytes, names, CHAIN_LIMIT + 1 - index),
        ),
        message,
      ]),
  },
  {
    name: 'a body changed behind the seal',
    valid: false,
    seal: async (services, message, names) =>
      Buffer.concat([
        await sealedBy(services, message, names, 'none'),
        services.bytes.lines('This line came later.'),
      ]),
  },
];

export const forgedChainsRescueNothing = check(
  {
    id: 'DMARC-017',
    slug: 'forged-chains-rescue-nothing',
    title: 'ARC: chains are validated structurally and forged chains never rescue a failing message',
    sends:
      'forged messages of a protected domain with an ARC chain that claims dmarc=pass: sealed by a stranger, made up, with a gap, too long, broken',
    demands: 'they are treated as without a chain; a chain that is none is not recorded as arc=pass',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8617#5.2', 'rfc8617#4.2.1', 'rfc8617#5.2.1'],
    roles: ['mx'],
    needs: ['account', 'mailbox', 'dns'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '3m',
    kills: ['arc-trusted-unverified'],
    limits: [
      'Whom the target trusts to seal is its own matter; the strangers of the lab must not be among them.',
    ],
  },
  async (services) => {
    const { variant } = services;
    const victim = await protectedDomain(services, 'victim');
    const sealer = await strangerDomain(services, 'sealer');
    const silent = await silentDomain(services);
    for (const { name, valid, seal } of CASES) {
      await variant(name, async (verify) => {
        const handling = await attempt(services, {
          name,
          author: [`From: <ceo@${victim}>`],
          sender: `bounces@${silent}`,
          seal: (message) => seal(services, message, { victim, sealer }),
        });
        await assertEvaluated(services, victim, handling);
        assertJudged(services, handling);
        verify.that(isContained(handling), {
          demand: 'a chain of a stranger does not vouch for the author',
          expected: 'refused, in Junk, or delivered with dmarc=fail',
          actual: wordsOf(handling),
        });
        if (!valid)
          verify.ideally.that(!recorded(handling, 'arc').includes('pass'), {
            demand: 'a chain that is none is not recorded as good',
            expected: 'arc=fail, or nothing about ARC',
            actual: wordsOf(handling),
          });
      });
    }
  },
);

async function sealedBy(
  { authentication }: Services,
  message: Buffer,
  { victim, sealer }: Names,
  validation: 'none' | 'pass',
): Promise<Buffer> {
  const key = await authentication.dkim.signingKey('rsa-2048');
  const results = `${sealer}; dmarc=pass header.from=${victim}`;
  return authentication.sealed(message, { domain: sealer, selector: SELECTOR, key, results, validation });
}

/** A set in due form whose hashes and signatures are random. */
function inventedSet(
  { lines, base64 }: Services['bytes'],
  { victim, sealer }: Names,
  instance: number,
): Buffer {
  const random = base64(Buffer.alloc(256, instance));
  const who = `d=${sealer}; s=${SELECTOR}`;
  return lines(
    `ARC-Seal: i=${instance}; a=rsa-sha256; cv=${instance === 1 ? 'none' : 'pass'}; ${who}; t=1700000000;`,
    `\tb=${random}`,
    `ARC-Message-Signature: i=${instance}; a=rsa-sha256; c=relaxed/relaxed; ${who};`,
    '\th=from:to:subject;',
    `\tbh=${base64(Buffer.alloc(32, instance))};`,
    `\tb=${random}`,
    `ARC-Authentication-Results: i=${instance}; ${sealer}; dmarc=pass header.from=${victim}`,
  );
}
