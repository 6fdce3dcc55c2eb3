import type { z } from 'zod';
import type { Claims } from '../model/claims.ts';
import { isAboutSmarthost, isLabFact, LAB_FACTS } from '../model/lab-facts.ts';

/** What a declaration says that leads into containers; rules that no single key can tell. */
interface Given {
  readonly 'mail-domain': string;
  readonly 'host-name': string;
  readonly lab: boolean;
  readonly claims: Pick<Claims, 'smarthost'>;
  readonly env: Readonly<Record<string, string>>;
  readonly dns: readonly { readonly name: string }[];
  readonly accounts: readonly { readonly address: string; readonly password: string }[];
}

type Issues = z.core.$RefinementCtx;

/** What is asked of a lab is there, and records in its DNS are the target's own. */
export function checkLabUse(given: Given, issues: Issues): void {
  for (const [name, value] of Object.entries(given.env)) {
    const asked = /^lab:(.*)$/s.exec(value)?.[1];
    if (asked === undefined) continue;
    const message = objectionTo(given, name, asked);
    if (message !== undefined) issues.addIssue({ code: 'custom', path: ['env', name], message });
  }
  if (given.claims.smarthost && !given.lab)
    issues.addIssue({
      code: 'custom',
      path: ['claims', 'smarthost'],
      message: 'This target has no lab (lab: false), so nobody would play its smarthost.',
    });
  given.dns.forEach(({ name }, index) => {
    const roots = [given['mail-domain'], given['host-name']].map((root) => root.toLowerCase());
    const key = name.toLowerCase();
    const isOwn = roots.some((root) => key === root || key.endsWith(`.${root}`));
    if (isOwn && given.lab) return;
    issues.addIssue({
      code: 'custom',
      path: ['dns', index, 'name'],
      message: given.lab
        ? `${name} is not below ${given['mail-domain']} or ${given['host-name']}, so it is not the target's.`
        : `This target has no lab (lab: false), so nobody would publish ${name}.`,
    });
  });
}

/** Why a variable cannot take what it asks of the lab; undefined where it can. */
function objectionTo({ lab, claims }: Given, name: string, asked: string): string | undefined {
  if (!lab) return `This target has no lab (lab: false), so ${name} cannot take its ${asked}.`;
  if (!isLabFact(asked)) {
    const facts = LAB_FACTS.map((fact) => `lab:${fact}`);
    return `Of the lab only ${facts.slice(0, -1).join(', ')} and ${facts.at(-1)} can be handed over, not "lab:${asked}".`;
  }
  if (isAboutSmarthost(asked) && !claims.smarthost)
    return `No smarthost is claimed here (claims: smarthost), so ${name} cannot take lab:${asked}.`;
  if (/-(user|password)$/.test(asked) && claims.smarthost?.login === false)
    return `The smarthost is claimed without a login, so ${name} cannot take lab:${asked}.`;
  return undefined;
}

/**
 * Passwords that are handed over belong to declared accounts, and generated ones are handed over.
 * @param who would never learn them, at the beginning of a sentence
 */
export function checkHandedOver(given: Given, issues: Issues, who: string): void {
  const handedOver = new Set<string>();
  for (const [name, value] of Object.entries(given.env)) {
    const owner = /^account:(.*)$/s.exec(value)?.[1];
    if (owner === undefined) continue;
    handedOver.add(owner);
    if (!given.accounts.some((one) => one.address === owner)) {
      issues.addIssue({
        code: 'custom',
        path: ['env', name],
        message: `No account "${owner}" is declared here, so ${name} cannot take its password.`,
      });
    }
  }
  given.accounts.forEach((one, index) => {
    if (one.password === 'generate' && !handedOver.has(one.address)) {
      issues.addIssue({
        code: 'custom',
        path: ['accounts', index, 'password'],
        message: `${who} never learns this generated password; hand it over in "env" as account:${one.address}.`,
      });
    }
  });
}
