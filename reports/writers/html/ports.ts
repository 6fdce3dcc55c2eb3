import type { TargetRecord } from '../../model/record.ts';
import { seenTls } from '../../model/seen-tls.ts';
import { html, type Safe } from './safe.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

/** Each port of a target: where it is, how it greets, and what TLS was negotiated with it. */
export function portTable(target: TargetRecord, words: Words): Safe | null {
  const { facts } = words;
  if (target.endpoints.length === 0) return null;
  const seen = seenTls(target);
  return html`<h4>${facts.ports}</h4>
<div class="scroll" tabindex="0" role="region" aria-label="${facts.ports} ${target.name}"><table class="ports"><thead><tr><th scope="col">${facts.role}</th><th scope="col">${facts.address}</th><th scope="col">${facts.greeting}</th><th scope="col">${facts.negotiated}</th><th scope="col">${facts.alsoSeen}</th></tr></thead><tbody>${target.endpoints.map(
    ({ role, address }) => {
      const snapshot = target.capabilities.find((one) => one.role === role);
      const tls = [snapshot?.tlsProtocol, snapshot?.tlsCipher].filter((part) => typeof part === 'string');
      const others = seen.filter(
        (one) =>
          one.role === role && (one.protocol !== snapshot?.tlsProtocol || one.cipher !== snapshot.tlsCipher),
      );
      return html`
<tr><th scope="row">${role}<small>${words.roles[role]}</small></th><td><code>${address}</code></td><td>${
        snapshot === undefined || snapshot.greeting === null ? null : html`<code>${snapshot.greeting}</code>`
      }${
        snapshot === undefined || snapshot.failure === null
          ? null
          : html`<p class="no-answer"><span>${facts.noAnswer}</span>${words.colon}<span${inEnglish(words)}>${snapshot.failure}</span></p>`
      }</td><td><code>${tls.join(' ')}</code></td><td>${others.map(
        ({ protocol, cipher }) => html`<code class="block">${protocol} ${cipher}</code>`,
      )}</td></tr>`;
    },
  )}</tbody></table></div>`;
}
