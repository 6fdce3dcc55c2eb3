import { type Dialect, overwritten, type Protocol } from './dialects.ts';

/**
 * Takes the upgrade out of what a server lists. Lines are Latin-1 with their endings; what is given back
 * is what the client gets. SMTP replies have to be given whole, because the last line is marked.
 */
export function hideUpgrade(
  protocol: Protocol,
  dialect: Dialect,
  lines: readonly string[],
  how: 'strip' | 'overwrite',
): string[] {
  if (protocol === 'imap') return lines.map((line) => hideInImap(line, dialect.keyword, how));
  const listed = protocol === 'smtp' ? /^250[ -]STARTTLS[ \t]*\r?\n$/i : /^STLS[ \t]*\r?\n$/i;
  if (how === 'overwrite')
    return lines.map((line) =>
      listed.test(line) ? line.replace(new RegExp(dialect.keyword, 'i'), overwritten(dialect.keyword)) : line,
    );
  const kept = lines.filter((line) => !listed.test(line));
  const last = kept.at(-1);
  // RFC 5321 4.2.1: the last line of a reply has a space after its code.
  if (protocol === 'smtp' && last !== undefined) kept[kept.length - 1] = last.replace(/^(\d{3})-/, '$1 ');
  return kept;
}

/** In the untagged response and in the response code of greeting and OK (RFC 9051 7.2.2, 7.1). */
function hideInImap(line: string, keyword: string, how: 'strip' | 'overwrite'): string {
  return line.replace(/^(\* CAPABILITY\b|[^ ]+ [A-Z]+ \[CAPABILITY\b)([^\]\r\n]*)/i, (_all, start, list) => {
    const words = new RegExp(` ${keyword}(?= |$)`, 'gi');
    return `${start}${list.replace(words, how === 'strip' ? '' : ` ${overwritten(keyword)}`)}`;
  });
}
