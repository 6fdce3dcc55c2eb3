import type { RoleSnapshot, RunRecord, TargetRecord } from '../../model/record.ts';
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
    [facts.only, selection.only.length === 0 ? null : selection.only.join(', ')],
    [facts.without, selection.skip.length === 0 ? null : selection.skip.join(', ')],
    [facts.run, html`<code>${record.runId}</code>`],
  ])}</section>`;
}

/** What each target is and what it announces. */
export function targetFacts(record: RunRecord, words: Words): Safe {
  return html`<section id="targets"><h2>${words.sections.targets}</h2>${record.targets.map((target) =>
    oneTarget(target, words),
  )}</section>`;
}

function oneTarget(target: TargetRecord, words: Words): Safe {
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
<ul class="endpoints">${target.endpoints.map(
    ({ role, address }) =>
      html`<li><b>${role}</b> <code>${address}</code> <span>${words.roles[role]}</span></li>`,
  )}</ul>
${
  target.capabilities.length === 0
    ? null
    : html`<details class="plain"><summary>${facts.announced}</summary><div class="roles">${target.capabilities.map(
        (snapshot) => roleCard(snapshot, words),
      )}</div></details>`
}
</article>`;
}

function roleCard(snapshot: RoleSnapshot, words: Words): Safe {
  const { facts } = words;
  const tls = [snapshot.tlsProtocol, snapshot.tlsCipher].filter((word) => word !== null).join(', ');
  return html`<section class="role"><h4>${snapshot.role}</h4>
${snapshot.failure === null ? null : html`<p class="no-answer">${facts.noAnswer}: ${snapshot.failure}</p>`}
${snapshot.greeting === null ? null : html`<p><small>${facts.greeting}</small><code>${snapshot.greeting}</code></p>`}
${chips(facts.beforeTls, snapshot.clear, snapshot.tls)}
${chips(tls === '' ? facts.insideTls : `${facts.insideTls} (${tls})`, snapshot.tls, snapshot.clear)}
</section>`;
}

/** Capabilities; those that the other side of TLS lacks stand out. */
function chips(label: string, items: readonly string[], elsewhere: readonly string[]): Safe | null {
  if (items.length === 0) return null;
  return html`<p><small>${label}</small>${items.map((item) =>
    elsewhere.includes(item) ? html`<code>${item}</code> ` : html`<code class="only">${item}</code> `,
  )}</p>`;
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
