import type { RunRecord, TargetRecord } from '../../model/record.ts';
import { type LeftOut, leftOutOf, SCOPE_REASONS, type ScopeReason } from '../../model/scope.ts';
import { reasonIn } from './reasons.ts';
import { html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

/** What was not asked, and why: the conclusion says nothing about it. Counts lie open, codes are folded. */
export function scope(record: RunRecord, words: Words): Safe {
  const left = record.targets.flatMap(leftOutOf);
  const { scope: said } = words;
  const reasons = SCOPE_REASONS.filter((reason) => left.some((one) => one.reason === reason));
  return html`<section id="scope"><h2>${words.sections.scope}</h2>
${
  reasons.length === 0
    ? html`<p>${said.everything}</p>`
    : html`<p class="explain">${words.explain.scope}</p>
<ul class="scope-list">${reasons.map((reason) => entry(reason, left, record.targets.length > 1, words))}</ul>`
}${record.targets.map((target) => permitted(target, record.targets.length > 1, words))}</section>`;
}

/** What the owner of a server that runs already let the audit do, and who answers for that. */
function permitted({ name, guest }: TargetRecord, several: boolean, words: Words): Safe | null {
  if (!guest) return null;
  const { permissions, authority, contact } = guest;
  const { scope: said } = words;
  return html`
<p class="guest">${several ? html`<b>${name}</b>${words.colon}` : null}${said.permitted}${words.colon}${permissions.map(
    (one) => html`<code>${one}</code> `,
  )}${authority === null ? null : html`<br>${said.authorisedBy}${words.colon}${authority}`}${
    contact === null ? null : html`<br>${said.contact}${words.colon}${contact}`
  }</p>`;
}

function entry(reason: ScopeReason, left: readonly LeftOut[], several: boolean, words: Words): Safe {
  const members = left.filter((one) => one.reason === reason);
  const count = members.reduce((sum, { checks }) => sum + checks.length, 0);
  return html`
<li><details class="plain"><summary><b>${count}</b> ${words.scope.reasons[reason]}</summary>${members.map(
    ({ target, checks, why }) =>
      html`<p>${several ? html`<b>${target}</b>${words.colon}` : null}${why.length === 0 ? null : html`${why.map((one, index) => html`${index > 0 ? '; ' : null}${reasonIn(one, words)}`)}${words.colon}`}${checks.map((check) => html`<code>${check}</code> `)}</p>`,
  )}</details></li>`;
}
