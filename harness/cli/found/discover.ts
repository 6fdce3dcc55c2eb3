import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { ROLES, type Role } from '../../model/roles.ts';
import type { Exchange, LookUps, Service } from './look-ups.ts';

/** A server of a domain, and what the DNS says that it serves. */
export interface Place {
  readonly name: string;
  readonly roles: readonly { readonly role: Role; readonly port: number }[];
}

/** What the DNS says about the mail of a domain. */
export interface Discovery {
  /** Each server once, in the order in which they were found. */
  readonly places: readonly Place[];
  /** What was found, in sentences that can be printed. */
  readonly said: readonly string[];
  /** Roles about which the DNS says nothing, so that they can be guessed at. */
  readonly unknown: readonly Role[];
}

/** Names of services (RFC 6186 §3, RFC 8314 §5.1) by the roles that they are. */
const SERVICES: readonly (readonly [Role, string])[] = [
  ['submission', '_submission._tcp'],
  ['submissions', '_submissions._tcp'],
  ['imap', '_imap._tcp'],
  ['imaps', '_imaps._tcp'],
  ['pop3', '_pop3._tcp'],
  ['pop3s', '_pop3s._tcp'],
];

/** First labels of servers where a domain says nothing. */
const USUAL = ['mail', 'imap', 'smtp'];

/** Names at which servers of a domain often are. */
export function guessesFor(domain: string): readonly string[] {
  return USUAL.map((label) => `${label}.${domain}`);
}

/** Whether a name is the domain, or below it. */
export function isWithin(name: string, domain: string): boolean {
  const [inner, outer] = [name.toLowerCase(), domain.toLowerCase()];
  return inner === outer || inner.endsWith(`.${outer}`);
}

/**
 * Finds the servers of a domain in the DNS: who takes its mail, and where its users go.
 * @throws ConfigurationError where there is no such domain
 */
export async function discover(domain: string, lookUps: LookUps): Promise<Discovery> {
  const places = new Map<string, { role: Role; port: number }[]>();
  const said: string[] = [];
  const unknown: Role[] = [];
  const add = (name: string, role: Role, port: number) => {
    const key = name.toLowerCase();
    places.set(key, [...(places.get(key) ?? []), { role, port }]);
  };
  const exchangers = await exchangersOf(domain, lookUps);
  said.push(exchangers.sentence);
  for (const name of exchangers.names) add(name, 'mx', ROLES.mx.port);
  for (const [role, prefix] of SERVICES) {
    const looked = await lookUps.srv(`${prefix}.${domain}`);
    if (looked.kind === 'found') {
      const offered = offeredBy(looked.records);
      said.push(sentenceOf(domain, prefix, offered));
      if (offered) add(offered.target, role, offered.port);
    } else if (looked.kind === 'none') unknown.push(role);
    else
      said.push(
        `${prefix}.${visible(domain)} could not be looked up (${looked.code}), so ${role} is left out.`,
      );
  }
  return { places: [...places].map(([name, roles]) => ({ name, roles })), said, unknown };
}

/** Who takes mail for a domain (RFC 5321 §5.1), and how that is said. */
async function exchangersOf(
  domain: string,
  { mx, addresses }: LookUps,
): Promise<{ readonly names: readonly string[]; readonly sentence: string }> {
  const shown = visible(domain);
  const looked = await mx(domain);
  if (looked.kind === 'failed')
    return {
      names: [],
      sentence: `The MX records of ${shown} could not be looked up (${looked.code}), so its mx is left out.`,
    };
  if (looked.kind === 'found') return named(shown, domain, looked.records);
  if (!looked.exists) throw new ConfigurationError(`--domain ${shown}: There is no such domain in the DNS.`);
  const own = await addresses(domain);
  if (own.kind === 'found')
    return {
      names: [domain],
      sentence: `${shown} has no MX record, so its mail goes to its own address (RFC 5321 §5.1).`,
    };
  if (own.kind === 'none')
    return { names: [], sentence: `${shown} has neither an MX record nor an address, so it takes no mail.` };
  return {
    names: [],
    sentence: `${shown} has no MX record, and its address could not be looked up (${own.code}), so its mx is left out.`,
  };
}

function named(shown: string, domain: string, records: readonly Exchange[]) {
  if (records.every(({ exchange }) => exchange === ''))
    return { names: [], sentence: `${shown} takes no mail and says so by a null MX record (RFC 7505).` };
  const sorted = records
    .filter(({ exchange }) => exchange !== '')
    .sort((one, other) => one.preference - other.preference || one.exchange.localeCompare(other.exchange));
  const lowest = sorted[0]?.preference;
  const chosen = sorted.filter(({ preference }) => preference === lowest);
  const list = sorted.map(
    ({ exchange, preference }) => `${visible(exchange)} (${preference})${outside(exchange, domain)}`,
  );
  const left = sorted.length - chosen.length;
  return {
    names: chosen.map(({ exchange }) => exchange),
    sentence: `Mail for ${shown} goes to ${list.join(', ')}.${
      left === 0
        ? ''
        : ` Audited is the lowest preference: ${chosen.map(({ exchange }) => visible(exchange)).join(', ')}.`
    }`,
  };
}

/** The server that clients try first (RFC 2782): lowest priority, then highest weight; null where none is offered. */
function offeredBy(records: readonly Service[]): Service | null {
  const [first] = [...records]
    .filter(({ target }) => target !== '')
    .sort((one, other) => one.priority - other.priority || other.weight - one.weight);
  return first ?? null;
}

function sentenceOf(domain: string, prefix: string, offered: Service | null): string {
  const shown = visible(domain);
  if (!offered) return `${prefix}.${shown} says that this is not offered (RFC 6186 §3.4).`;
  return `${prefix}.${shown} leads to ${visible(offered.target)}, port ${offered.port}${outside(offered.target, domain)}.`;
}

function outside(name: string, domain: string): string {
  return isWithin(name, domain) ? '' : `, outside of ${visible(domain)}`;
}
