import { check, type Services } from '../../harness/check/check.ts';
import { protectedDomain, SELECTOR, sealedBy, silentDomain, strangerDomain } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { judgedAttempt, verifyContained } from './evaluation.ts';
import { recorded, withLaterLine, wordsOf } from './trial.ts';

/** Most sets that a chain may have (RFC 8617 §4.2.1). */
const CHAIN_LIMIT = 50;

interface ChainCase {
  readonly name: string;
  /** The chain is valid, and yet sealed by somebody whom nobody trusts. */
  readonly valid?: true;
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
    seal: (services, message, names) => vouching(services, message, names, 'none'),
  },
  {
    name: 'a first seal that says pass',
    seal: (services, message, names) => vouching(services, message, names, 'pass'),
  },
  {
    name: 'a made-up set',
    seal: async ({ bytes }, message, names) => Buffer.concat([inventedSet(bytes, names, 1), message]),
  },
  {
    name: 'a gap in the chain',
    seal: async (services, message, names) =>
      Buffer.concat([
        inventedSet(services.bytes, names, 3),
        await vouching(services, message, names, 'none'),
      ]),
  },
  {
    name: 'more sets than allowed',
    seal: async ({ bytes }, message, names) =>
      Buffer.concat([
        ...Array.from({ length: CHAIN_LIMIT + 1 }, (_, index) =>
          inventedSet(bytes, names, CHAIN_LIMIT + 1 - index),
        ),
        message,
      ]),
  },
  {
    name: 'a body changed after the seal',
    seal: async (services, message, names) =>
      withLaterLine(services, await vouching(services, message, names, 'none')),
  },
];

export const forgedChainsRescueNothing = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-017',
    slug: 'forged-chains-rescue-nothing',
    title: 'ARC: chains are validated structurally and forged chains never rescue a failing message',
    sends:
      'forged messages of a protected domain with an ARC chain that claims dmarc=pass: sealed by a stranger, made up, with a gap, too long, broken',
    demands: 'they are treated as without a chain; a chain that is none is not recorded as arc=pass',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8617#5.2', 'rfc8617#4.2.1', 'rfc8617#5.2.1'],
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
        const handling = await judgedAttempt(services, victim, {
          name,
          sender: `bounces@${silent}`,
          seal: (message) => seal(services, message, { victim, sealer }),
        });
        verifyContained(verify, handling, 'a chain of a stranger does not vouch for the author');
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

/** The message with a set that says that it passed. */
function vouching(
  services: Services,
  message: Buffer,
  { victim, sealer }: Names,
  validation: 'none' | 'pass',
): Promise<Buffer> {
  const results = `dmarc=pass header.from=${victim}`;
  return sealedBy(services, message, sealer, { results, validation });
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
