import { check, type SignatureOrder } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { seenAuthor } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectNoPassOf, expectPass } from './expectation.ts';
import { signedLetter } from './letter.ts';

type Rewrite = NonNullable<SignatureOrder['rewrite']>;

const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const;

const without =
  (name: string): Rewrite =>
  (tags) =>
    tags.filter((tag) => tag.name !== name);

/** Signatures whose hashes are right and whose tags are not. */
const INVALID: readonly { readonly name: string; readonly order: Partial<SignatureOrder> }[] = [
  { name: 'h= without from', order: { fields: ['to', 'subject', 'date', 'message-id'] } },
  ...REQUIRED.map((tag) => ({ name: `no ${tag}= tag`, order: { rewrite: without(tag) } })),
  {
    name: 'v=2',
    order: { rewrite: (tags) => tags.map((tag) => (tag.name === 'v' ? { ...tag, value: '2' } : tag)) },
  },
  { name: 'i= in another domain', order: { more: [{ name: 'i', value: '@elsewhere.example' }] } },
  {
    name: 'd= twice',
    order: { rewrite: (tags) => tags.flatMap((tag) => (tag.name === 'd' ? [tag, tag] : [tag])) },
  },
];

export const invalidSignaturesAreIgnored = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-008',
    slug: 'invalid-signatures-are-ignored',
    title:
      'Signatures that do not cover From, lack required tags or have inconsistent identities are ignored',
    sends:
      'messages whose signature is right but for one thing: From not covered, a required tag missing or given twice, another version, i= in another domain; and one with i= below d=, which is right',
    demands: 'only the last one is recorded as good',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc6376#6.1.1', 'rfc6376#3.5', 'rfc6376#3.2', 'rfc6376#3.10', 'rfc6376#6', 'rfc6376#8.9'],
    waits: deliveries(INVALID.length + 1),
    kills: ['dkim-needs-no-author', 'dkim-takes-foreign-identities', 'dkim-takes-any-version'],
  },
  async (services) => {
    const { variant } = services;
    const { author, order } = await seenAuthor(services);
    const signed = (special: Partial<SignatureOrder>) =>
      signedLetter(services, author, [{ ...order, ...special }]);
    await variant('i= below d=', async (verify) => {
      const letter = () => signed({ more: [{ name: 'i', value: `@staff.${author.domain}` }] });
      const demand = 'a signature for an identity below its domain passes';
      expectPass(services, verify, await attempt(services, letter), demand);
    });
    for (const { name, order: special } of INVALID)
      await expectNoPassOf(services, {
        name,
        demand: `a signature with ${name} does not pass`,
        letter: () => signed(special),
      });
  },
);
