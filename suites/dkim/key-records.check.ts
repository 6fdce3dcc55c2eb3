import { check, type SignatureOrder } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { type KeyRecord, publishAuthor } from './author.ts';
import { assertResultsAreSeen } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectNoPass } from './expectation.ts';
import { signedLetter } from './letter.ts';

interface Case {
  readonly selector: string;
  readonly name: string;
  /** What is published, from the proper record; null: nothing. */
  readonly record: (proper: string) => string | null;
  readonly more?: (domain: string) => SignatureOrder['more'];
}

const UNSUITABLE: readonly Case[] = [
  { selector: 'revoked', name: 'a revoked key', record: () => 'v=DKIM1; k=rsa; p=' },
  { selector: 'missing', name: 'a key that does not exist', record: () => null },
  { selector: 'garbage', name: 'p=garbage', record: () => 'v=DKIM1; k=rsa; p=garbage' },
  { selector: 'version', name: 'v=DKIM2', record: (proper) => proper.replace('DKIM1', 'DKIM2') },
  { selector: 'hash', name: 'h=sha1', record: (proper) => proper.replace('k=rsa', 'h=sha1; k=rsa') },
  { selector: 'service', name: 's=tlsrpt', record: (proper) => proper.replace('k=rsa', 's=tlsrpt; k=rsa') },
  {
    selector: 'kind',
    name: 'k=ed25519 for a key of RSA',
    record: (proper) => proper.replace('rsa', 'ed25519'),
  },
  {
    selector: 'strict',
    name: 't=s and i= below d=',
    record: (proper) => proper.replace('k=rsa', 't=s; k=rsa'),
    more: (domain) => [{ name: 'i', value: `@staff.${domain}` }],
  },
];

export const unsuitableKeysNeverPass = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-009',
    slug: 'unsuitable-keys-never-pass',
    title: 'Revoked, missing, malformed or unsuitable keys never pass',
    sends: `messages with good signatures whose key record is unsuitable: ${UNSUITABLE.map(({ name }) => name).join(', ')}`,
    demands: 'none is recorded as good',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc6376#6.1.2', 'rfc6376#3.6.1', 'rfc6376#3.10', 'rfc6376#6', 'rfc6376#8.8'],
    waits: deliveries(UNSUITABLE.length),
    kills: [
      'dkim-overlooks-key-hashes',
      'dkim-overlooks-key-service',
      'dkim-overlooks-key-strictness',
      'dkim-missing-key-is-temporary',
    ],
  },
  async (services) => {
    const { variant, authentication } = services;
    const { dkim } = authentication;
    const sight = assertResultsAreSeen(services);
    const key = await dkim.signingKey('rsa-2048');
    const author = await publishAuthor(
      services,
      () =>
        UNSUITABLE.flatMap(({ selector, record }): KeyRecord[] => {
          const text = record(dkim.keyRecord(key));
          return text === null ? [] : [{ selector, text }];
        }),
      { sight },
    );
    for (const { selector, name, record, more } of UNSUITABLE) {
      await variant(name, async (verify) => {
        const order = { domain: author.domain, selector, key, more: more?.(author.domain) ?? [] };
        const outcome = await attempt(services, () => signedLetter(services, author, [order]));
        if (record('') === null) {
          const isDeferred = outcome.offered.disposition === 'deferred';
          verify.ideally.that(!isDeferred && !outcome.results.some(({ result }) => result === 'temperror'), {
            demand: 'a key that does not exist is told for good',
            expected: 'a lasting result',
            actual: outcome.line,
          });
          if (isDeferred) return;
        }
        expectNoPass(services, verify, outcome, `with ${name} a signature does not pass`);
      });
    }
  },
);
