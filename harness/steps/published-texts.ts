import type { Services } from '../check/check.ts';

/** Looks up the texts of TXT records as they are published, the strings of each joined. */
export function publishedTexts({
  records,
}: Pick<Services, 'records'>): (name: string) => Promise<readonly string[]> {
  return async (name) => {
    const found = await records.lookup(name, 'TXT');
    return found.records.flatMap(({ type, data }) => (type === 'TXT' ? [[data].flat().join('')] : []));
  };
}
