/** A TXT record that begins as a DMARC record does (RFC 9989 §4.7). */
export interface DmarcRecord {
  readonly text: string;
  /** Values by tag, in lower case. */
  readonly tags: ReadonlyMap<string, string>;
  /** What is wrong with it, in sentences. */
  readonly flaws: readonly string[];
}

/** Values that a tag may have. Other tags are free, unknown ones are ignored (RFC 9989 §4.7). */
const VALUES: Readonly<Record<string, RegExp>> = {
  p: /^(none|quarantine|reject)$/i,
  sp: /^(none|quarantine|reject)$/i,
  np: /^(none|quarantine|reject)$/i,
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  t: /^[yn]$/i,
  psd: /^[yun]$/i,
  fo: /^[01ds](\s*:\s*[01ds])*$/i,
  rua: /^mailto:[^,\s@]+@[^,\s@]+(\s*,\s*mailto:[^,\s@]+@[^,\s@]+)*$/i,
  ruf: /^mailto:[^,\s@]+@[^,\s@]+(\s*,\s*mailto:[^,\s@]+@[^,\s@]+)*$/i,
};

/** Reads the text of a TXT record; null where it is no DMARC record: the version stands first, in capitals. */
export function parseRecord(text: string): DmarcRecord | null {
  if (!/^v[ \t]*=[ \t]*DMARC1[ \t]*(;|$)/.test(text)) return null;
  const tags = new Map<string, string>();
  const flaws: string[] = [];
  for (const part of text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')) {
    const match = /^([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*)$/s.exec(part);
    if (!match) {
      flaws.push(`"${part}" is no tag with a value`);
      continue;
    }
    const [, name = '', value = ''] = match;
    const tag = name.toLowerCase();
    if (tags.has(tag)) flaws.push(`${tag} stands twice`);
    tags.set(tag, VALUES[tag] && !tag.startsWith('ru') ? value.toLowerCase() : value);
    if (VALUES[tag] && !VALUES[tag].test(value)) flaws.push(`${tag} cannot be "${value}"`);
  }
  if (!tags.has('p')) flaws.push('p is missing');
  return { text, tags, flaws };
}
