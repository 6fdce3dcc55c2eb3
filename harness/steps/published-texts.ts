import type { Services } from '../check/check.ts';

/** Looks up the texts of TXT records as they are published, the strings of each joined. */
export function publishedTexts({ lab }: Pick<Services, 'lab'>): (name: string) => Promise<readonly string[]> {
  const { dns } = lab();
  return async (name) => {
    const { records } = await dns.lookup(name, 'TXT');
    return records.flatMap(({ type, data }) => (type === 'TXT' ? [[data].flat().join('')] : []));
  };
}
