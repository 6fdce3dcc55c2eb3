import type { RoleSnapshot, TargetRecord } from '../../model/record.ts';
import { ROLES } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

const PROTOCOLS = { smtp: 'SMTP', pop3: 'POP3', imap: 'IMAP' } as const;

/** A column: one port, before TLS or inside it. */
interface Column {
  readonly role: string;
  readonly layer: 'before' | 'inside';
  readonly offered: ReadonlyMap<string, string>;
  /** What the other side of TLS offers; undefined where there is none. */
  readonly elsewhere: ReadonlyMap<string, string> | undefined;
}

/** What the ports of each protocol announce (EHLO, CAPA, CAPABILITY), before TLS and inside it, word by word. */
export function offerTables(target: TargetRecord, words: Words): readonly (Safe | null)[] {
  return (Object.keys(PROTOCOLS) as (keyof typeof PROTOCOLS)[]).map((protocol) => {
    const columns = target.capabilities
      .filter(({ role }) => ROLES[role].protocol === protocol)
      .flatMap(columnsOf);
    const keywords = [...new Set(columns.flatMap(({ offered }) => [...offered.keys()]))].sort();
    if (keywords.length === 0) return null;
    return table(target, PROTOCOLS[protocol], columns, keywords, words);
  });
}

function columnsOf({ role, clear, tls }: RoleSnapshot): Column[] {
  const [before, inside] = [byKeyword(clear), byKeyword(tls)];
  const both = clear.length > 0 && tls.length > 0;
  return [
    ...(clear.length > 0
      ? [{ role, layer: 'before' as const, offered: before, elsewhere: both ? inside : undefined }]
      : []),
    ...(tls.length > 0
      ? [{ role, layer: 'inside' as const, offered: inside, elsewhere: both ? before : undefined }]
      : []),
  ];
}

/** Words that a port announces, with what stands after them; IMAP may list one word with several values. */
function byKeyword(items: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const item of items) {
    const [, keyword = item, rest = ''] = /^([^ =]+)[ =](.*)$/.exec(item) ?? [];
    const earlier = found.get(keyword);
    found.set(keyword, earlier === undefined ? rest : `${earlier} ${rest}`.trim());
  }
  return found;
}

function table(
  { name }: TargetRecord,
  protocol: string,
  columns: readonly Column[],
  keywords: readonly string[],
  words: Words,
): Safe {
  const { facts } = words;
  const caption = facts.offers(protocol);
  return html`<h4>${caption}</h4>
<div class="scroll" tabindex="0" role="region" aria-label="${caption} ${name}"><table class="offers"><thead><tr><th scope="col">${facts.keyword}</th>${columns.map(
    ({ role, layer }) => html`<th scope="col">${role}<small>${facts[layer]}</small></th>`,
  )}</tr></thead><tbody>${keywords.map(
    (keyword) => html`
<tr><th scope="row"><code>${keyword}</code></th>${columns.map((column) => cell(column, keyword, words))}</tr>`,
  )}</tbody></table></div>`;
}

/** What the other side of TLS says differently stands out. */
function cell({ offered, elsewhere }: Column, keyword: string, { facts }: Words): Safe {
  const value = offered.get(keyword);
  if (value === undefined) return html`<td class="absent">–<span class="vh"> ${facts.notOffered}</span></td>`;
  const differs = elsewhere !== undefined && elsewhere.get(keyword) !== value;
  const shown = value === '' ? html`✓<span class="vh"> ${facts.offered}</span>` : html`<code>${value}</code>`;
  return html`<td${differs ? html` class="only"` : null}>${shown}</td>`;
}
