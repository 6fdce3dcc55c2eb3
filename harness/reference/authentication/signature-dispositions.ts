import { membersOf, tagValue } from '../../authentication/dkim/tag-list.ts';
import type { Site } from '../site.ts';
import { type Reply, reply } from '../smtp/reply.ts';
import { keyOf } from './key-lookup.ts';
import type { Lookups } from './lookups.ts';
import type { SeenSignature } from './signature-mistakes.ts';

/** What faults answer to mail whose signature fails; DKIM alone is no reason (RFC 6376 §6.3). */
export async function refusalForSignatures(
  { faulty }: Pick<Site, 'faulty'>,
  signatures: readonly (Pick<SeenSignature, 'found'> & { readonly result: string })[],
  lookups: Lookups,
): Promise<Reply | undefined> {
  const broken = signatures.filter(({ result }) => result === 'fail');
  if (broken.length === 0) return undefined;
  if (faulty('dkim-defers-broken-signatures')) return reply(451, '4.7.5', 'The signature does not verify');
  if (faulty('dkim-refuses-broken-signatures')) return reply(550, '5.7.20', 'The signature does not verify');
  if (!faulty('dkim-refuses-tests')) return undefined;
  const keys = await Promise.all(broken.map(({ found }) => keyOf(found, lookups)));
  const inTest = keys.some((key) => membersOf(tagValue(key?.tags ?? null, 't')).includes('y'));
  return inTest ? reply(550, '5.7.20', 'The signature does not verify') : undefined;
}
