import type { Services } from '../../harness/check/check.ts';

/** Looks up the texts of TXT records as they are published, the strings of each joined. */
export function publishedTexts({ lab }: Pick<Services, 'lab'>): (name: string) => Promise<readonly string[]> {
  const world = lab();
  return async (name) => {
    const { records } = await world.dns.lookup(name, 'TXT');
    return records.flatMap(({ type, data }) =>
      type === 'TXT' && Array.isArray(data) ? [data.join('')] : [],
    );
  };
}
