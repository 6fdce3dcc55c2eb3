/** The field without its comments, which may nest (RFC 5322 §3.2.2). */
function withoutComments(field: string): string {
  let depth = 0;
  let kept = '';
  for (const [part] of field.matchAll(/\\.|[()]|[^\\()]+/gs)) {
    if (part === '(') depth += 1;
    else if (part === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += part;
  }
  return kept.replaceAll(/\s+/g, ' ').trim();
}

/** The word of the `with` clause in upper case (RFC 5321 §4.4); empty where there is none. */
export function protocolWord(field: string): string {
  return /(?:^|\s)with\s+([A-Za-z0-9-]+)/i.exec(withoutComments(field))?.[1]?.toUpperCase() ?? '';
}
