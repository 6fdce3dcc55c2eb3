import type { RunRecord, TargetRecord } from '../../model/record.ts';
import { certificateList } from './certificates.ts';
import { offerTables } from './offers.ts';
import { portTable } from './ports.ts';
import { type Content, html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

/** Where, when and with what the audit ran. */
export function runFacts(record: RunRecord, words: Words): Safe {
  const { tool, environment, profile, selection } = record;
  const { facts } = words;
  return html`<section id="run"><h2>${words.sections.run}</h2>${definitions([
    [facts.profile, `${profile.title} ${profile.version}${profile.strict ? `, ${facts.strict}` : ''}`],
    [facts.started, words.moment(record.startedAt)],
    [facts.took, words.span(record.durationMs)],
    [facts.exit, String(record.exitCode)],
    [facts.interrupted, record.interrupted],
    [facts.tool, `mailspec ${tool.version}${tool.commit === null ? '' : ` (${tool.commit})`}`],
    [facts.runtime, `Node.js ${tool.node}, OpenSSL ${tool.openssl}`],
    [facts.machine, `${environment.os}, ${environment.arch}`],
    [facts.ci, environment.ci],
    [facts.engine, environment.engine],
    [facts.partial, record.rerunOf ? facts.partialOf(record.rerunOf) : null],
    [facts.order, record.order ? facts.orderOf(record.order) : null],
    [facts.only, selection.only.length === 0 ? null : selection.only.join(', ')],
    [facts.without, selection.skip.length === 0 ? null : selection.skip.join(', ')],
    [facts.run, html`<code>${record.runId}</code>`],
  ])}</section>`;
}

/** What each target is, what its ports offer, and the certificates that they send. */
export function targetFacts(record: RunRecord, words: Words): Safe {
  return html`<section id="targets"><h2>${words.sections.targets}</h2>${record.targets.map((target) =>
    oneTarget(record, target, words),
  )}</section>`;
}

function oneTarget(record: RunRecord, target: TargetRecord, words: Words): Safe {
  const { facts } = words;
  return html`
<article class="target"><h3>${target.name}</h3>
${definitions([
  [facts.driver, target.driver],
  [facts.domain, target.domain],
  [facts.hostname, target.hostname],
  ...Object.entries(target.artefact).map(
    ([key, value]): Fact => [key, html`<code>${value}</code>`, value.length > 28],
  ),
])}
${portTable(target, words)}
${certificateList(record, target, words)}
${offerTables(target, words)}
</article>`;
}

/** Name and value of a fact, and whether the value needs two columns. */
export type Fact = readonly [name: string, value: Content, long?: boolean];

/** A list of facts; facts that are null are left out. */
export function definitions(facts: readonly Fact[]): Safe {
  return html`<dl class="facts">${facts
    .filter(([, value]) => value !== null)
    .map(
      ([name, value, long]) =>
        html`<div${long ? html` class="long"` : null}><dt>${name}</dt><dd>${value}</dd></div>`,
    )}</dl>`;
}
