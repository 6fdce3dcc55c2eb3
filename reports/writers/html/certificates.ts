import type { CertificateRecord, RunRecord, TargetRecord } from '../../model/record.ts';
import { html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

const DAY = 86_400_000;

/** The certificates of a target, each once, and in which order each port sends them. */
export function certificateList(record: RunRecord, target: TargetRecord, words: Words): Safe | null {
  const { certificates = [] } = target;
  if (certificates.length === 0) return null;
  const { facts } = words;
  return html`<h4>${facts.certificates}</h4>
<div class="scroll" tabindex="0" role="region" aria-label="${facts.certificates} ${target.name}"><table class="certificates"><thead><tr><th scope="col">#</th><th scope="col">${facts.subject}</th><th scope="col">${facts.issuer}</th><th scope="col">${facts.validity}</th><th scope="col">${facts.key}</th><th scope="col">${facts.signature}</th></tr></thead><tbody>${certificates.map(
    (one, index) => row(record, one, index, words),
  )}</tbody></table></div>
${chains(target, certificates, words)}`;
}

function row(record: RunRecord, one: CertificateRecord, index: number, words: Words): Safe {
  const { facts } = words;
  const { notBefore, notAfter } = one;
  const names = [...one.names, ...(one.namesOmitted > 0 ? [words.result.more(one.namesOmitted)] : [])];
  return html`
<tr><th scope="row">${index + 1}</th><td>${one.subject}${
    names.length === 0
      ? null
      : html`<small>${facts.names}${words.colon}${names.map((name, at) => html`${at > 0 ? words.comma : null}<code>${name}</code>`)}</small>`
  }<small>${facts.fingerprint}${words.colon}<code>${one.fingerprint}</code></small></td><td>${one.issuer}${
    one.selfSigned ? html`<small>${facts.selfSigned}</small>` : null
  }</td><td class="nowrap">${
    notBefore === null || notAfter === null
      ? null
      : html`${notBefore.slice(0, 10)} – ${notAfter.slice(0, 10)}<small>${facts.daysLeft(Math.floor((Date.parse(notAfter) - Date.parse(record.startedAt)) / DAY))}</small>`
  }</td><td>${one.key}</td><td>${one.signature}</td></tr>`;
}

/** Ports that send the same certificates in the same order are told together. */
function chains(
  { capabilities }: TargetRecord,
  certificates: readonly CertificateRecord[],
  words: Words,
): Safe | null {
  const byChain = new Map<string, string[]>();
  for (const { role, chain = [] } of capabilities) {
    if (chain.length === 0) continue;
    const numbers = chain.map(
      (sent) => certificates.findIndex(({ fingerprint }) => fingerprint === sent) + 1,
    );
    const key = numbers.join(' → ');
    byChain.set(key, [...(byChain.get(key) ?? []), role]);
  }
  if (byChain.size === 0) return null;
  return html`<p class="chains">${words.facts.chain}${words.colon}${[...byChain].map(
    ([chain, roles], index) =>
      html`${index > 0 ? words.comma : null}<span class="nowrap">${chain}</span> (${roles.join(words.comma)})`,
  )}</p>`;
}
