import { describeClause } from '../../model/clause.ts';
import { outcomeOf } from '../../model/outcome.ts';
import type { GatedResult, RunRecord } from '../../model/record.ts';
import { standingOf } from '../../model/standing.ts';
import type { VariantResult, Verification } from '../../model/vocabulary.ts';
import { anchorOf, controlAnchor } from './anchor.ts';
import { definitions, type Fact } from './facts.ts';
import { reasonIn } from './reasons.ts';
import { remedies } from './remedies.ts';
import { type Content, html, type Safe } from './safe.ts';
import type { PlaceOfSettings } from './size.ts';
import { glyph } from './tone.ts';
import { transcript } from './transcript.ts';
import { checkText, inEnglish } from './untranslated.ts';
import { visibleLines } from './visible-lines.ts';
import type { Words } from './words.ts';

export interface ResultView {
  readonly open: boolean;
  /** Most lines of the transcript. */
  readonly lines: number;
  /** Most variants that are listed. */
  readonly variants: number;
  readonly settings: PlaceOfSettings;
}

/** One result in full. The anchor lies inside, so that following a link to it opens it. */
export function resultDetails(record: RunRecord, result: GatedResult, view: ResultView, words: Words): Safe {
  const standing = standingOf(result);
  const title = checkText(record, result, 'title', words);
  const verdict = words.verdicts[result.verdict].name;
  const chips = html`<span class="chips"><span class="code">${result.check}</span><span class="chip">${result.target}</span><span class="severity ${result.severity}">${words.severities[result.severity].name}</span><span class="chip ${standing}">${verdict}</span></span>`;
  return html`
<details class="result ${standing}" data-target="${result.target}" data-check="${result.check}" data-verdict="${result.verdict}" data-outcome="${outcomeOf(result)}" data-suite="${result.suite}" data-severity="${result.severity}"${view.open ? html` open` : null}><summary>${glyph(result.verdict)}<span>${chips}<span class="headline" role="heading" aria-level="3">${result.verdict === 'fail' ? html`<b>${words.result.notMet}${words.colon}</b>` : null}<span class="title"${title.lang}>${title.text}</span></span>${
    standing === 'passed' ? null : html`<span class="reason">${reasonIn(result.reason, words)}</span>`
  }</span></summary>
<div class="body" id="${anchorOf(record, result)}">
${standing === 'passed' ? html`<p>${reasonIn(result.reason, words)}</p>` : null}
${definitions(requirement(record, result, words))}
${missed(result, words)}
${transcript({ ...result, label: `${result.check} ${result.target}` }, view.lines, words)}
${remedies(record, result, view.settings, words)}
${variants(result.variants, view.variants, words)}
${definitions(proof(record, result, words))}
</div></details>`;
}

function requirement(record: RunRecord, result: GatedResult, words: Words): Fact[] {
  const { severities, levels, gates, causes } = words;
  const sent = checkText(record, result, 'sends', words);
  const demanded = checkText(record, result, 'demands', words);
  const meaning = ['passed', 'notApplicable'].includes(standingOf(result));
  return [
    [
      words.result.waived,
      result.waiver === null
        ? null
        : html`${words.result.waiver(result.waiver.expires, result.waiver.authority)} ${result.waiver.reason} <code>${result.waiver.place}</code>`,
    ],
    [
      words.result.meaning,
      meaning
        ? null
        : html`${result.cause === null ? null : html`${causes[result.cause]}${words.space}`}<b>${severities[result.severity].name}</b>${words.colon}${severities[result.severity].meaning}${words.space}${words.risk(result.suite)}`,
    ],
    [
      words.result.requirement,
      html`<b>${result.level}</b>${words.comma}${result.clauses.map((clause, index) => html`${index > 0 ? words.comma : null}${clauseLink(clause)}`)}${words.stop}${levels[result.level]} <span class="muted">(${gates[result.gate]})</span>`,
    ],
    [words.result.decides, decidedClauses(record, result, words)],
    [words.result.sent, html`<span${sent.lang}>${sent.text}</span>`],
    [words.result.demanded, html`<span${demanded.lang}>${demanded.text}</span>`],
  ];
}

/** The clauses of the profile that this check has a say in. */
function decidedClauses(record: RunRecord, { check }: GatedResult, words: Words): Content {
  const clauses = record.profile.clauses.filter(({ checks }) => checks.includes(check));
  if (clauses.length === 0) return null;
  return clauses.map(
    ({ id, title }, index) =>
      html`${index > 0 ? words.comma : null}<a href="#clauses">${id}</a>${title === null ? null : html` <span${inEnglish(words)}>${title}</span>`}`,
  );
}

function clauseLink(clause: GatedResult['clauses'][number]): Content {
  const { label, url } = describeClause(clause);
  return url === null ? label : html`<a href="${url}" rel="noopener noreferrer">${label}</a>`;
}

/** A check with many inputs misses many times in the same way; the first ones tell it. */
const MISSED_SHOWN = 4;

function missed(result: GatedResult, words: Words): Safe | null {
  const several = result.variants.length > 1;
  const rows = result.variants.flatMap((variant) => [
    ...variant.violations.map((one) => missedRow(one, several ? variant.name : null, words)),
    ...variant.deviations.map((one) => missedRow(one, several ? variant.name : null, words)),
  ]);
  if (rows.length === 0) return null;
  const rest = rows.slice(MISSED_SHOWN);
  return html`<div class="missed">${rows.slice(0, MISSED_SHOWN)}${
    rest.length === 0
      ? null
      : html`<details class="plain"><summary>${words.result.more(rest.length)}</summary><div class="missed">${rest}</div></details>`
  }</div>`;
}

function missedRow(one: Verification, variant: string | null, words: Words): Safe {
  const kind = one.strict ? 'violation' : 'deviation';
  return html`<div class="${kind}"><p${inEnglish(words)}>${variant === null ? null : html`<span class="chip">${variant}</span> `}${one.demand}</p><dl><div><dt>${words.result.expected}</dt><dd${inEnglish(words)}>${visibleLines(one.expected)}</dd></div><div><dt>${words.result.actual}</dt><dd${inEnglish(words)}>${visibleLines(one.actual)}</dd></div></dl></div>`;
}

/** At most `limit` of them; those that passed are the first to be left to the record. */
function variants(all: readonly VariantResult[], limit: number, words: Words): Safe | null {
  if (all.length < 2) return null;
  const telling = all.toSorted((a, b) => Number(a.verdict === 'pass') - Number(b.verdict === 'pass'));
  const shown = telling.slice(0, limit);
  const rest = all.length - shown.length;
  const { result } = words;
  return html`<div class="scroll"><table class="variants"><thead><tr><th scope="col">${result.variant}</th><th scope="col">${result.verdict}</th><th scope="col">${result.reason}</th></tr></thead><tbody>${shown.map(
    (variant) =>
      html`<tr><th scope="row"${inEnglish(words)}>${variant.name}</th><td class="nowrap">${glyph(variant.verdict)} ${words.verdicts[variant.verdict].name}</td><td>${reasonIn(variant.reason, words)} <span class="muted">${result.verified(variant.verified)}</span></td></tr>`,
  )}</tbody></table></div>${rest === 0 ? null : html`<p class="muted">${words.result.more(rest)}</p>`}`;
}

/** The controls of its target that a check builds on. */
function builtOn(record: RunRecord, { controls = [], target }: GatedResult, words: Words): Content {
  const ran = record.targets.find(({ name }) => name === target)?.controls ?? [];
  const links = controls.map((name, index) => {
    const comma = index > 0 ? words.comma : null;
    return ran.some(({ control }) => control === name)
      ? html`${comma}<a href="#${controlAnchor(record, target, name)}">${name}</a>`
      : html`${comma}${name}`;
  });
  return links.length === 0 ? null : links;
}

function proof(record: RunRecord, result: GatedResult, words: Words): Fact[] {
  const text = words.result;
  const { control, evidence } = result;
  return [
    [
      text.afterwards,
      control === null
        ? null
        : html`${control.alive ? text.alive : text.dead} <span class="muted"${inEnglish(words)}>${control.text}</span>`,
    ],
    [text.buildsOn, builtOn(record, result, words)],
    [
      text.limits,
      result.limits.length === 0 ? null : html`<span${inEnglish(words)}>${result.limits.join(' ')}</span>`,
    ],
    [
      text.evidence,
      evidence === null
        ? null
        : html`<code>evidence/${evidence.file}</code> <span class="muted">${text.evidenceFacts(evidence.events, evidence.bytes, evidence.redactions)}</span>`,
    ],
    [
      text.source,
      html`<code>${result.source.file}:${result.source.line}</code> <span class="muted">${words.span(result.durationMs)}</span>`,
    ],
    [text.rerun, html`<code class="command">${result.rerun}</code>`],
  ];
}
