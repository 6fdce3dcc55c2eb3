import { isIP } from 'node:net';
import { mailDomain } from '../../model/fields.ts';
import { hostName, targetName } from '../../targets/fields.ts';
import type { Look } from './look.ts';

/** What a name of a server suggests; null where nothing does. */
export interface SuggestedNames {
  readonly hostName: string | null;
  readonly mailDomain: string | null;
}

/** First labels that servers have in front of the domain that they serve. */
const OF_SERVERS =
  /^(mail|mailhost|mailserver|mx|mta|smtp|smtps|submission|imap|pop|pop3|relay|post|email)\d*$/i;

/**
 * Host name and mail domain by the name of a server: `mail.shop.example` suggests `shop.example`, and a name of two
 * labels suggests itself. An address, a single label and what is no name at all suggest nothing.
 */
export function suggestedNames(name: string | null): SuggestedNames {
  const nothing = { hostName: null, mailDomain: null };
  if (name === null || isIP(name) !== 0 || !hostName.safeParse(name).success) return nothing;
  const [first = '', ...rest] = name.split('.');
  if (rest.length === 0 || /^\d+$/.test(rest.at(-1) ?? '') || first === 'localhost') return nothing;
  const domain = rest.length === 1 ? name : OF_SERVERS.test(first) ? rest.join('.') : null;
  return {
    hostName: name,
    mailDomain: domain !== null && mailDomain.safeParse(domain).success ? domain : null,
  };
}

/** The first name with which a server greeted, and its port. */
export function greetedName(looks: readonly Look[]): { readonly name: string; readonly port: number } | null {
  for (const { port, greeting } of looks) if (greeting?.name) return { name: greeting.name, port };
  return null;
}

/** A name for a target, made of what it is called elsewhere: `registry.example/Mail_Hub:1.4` becomes `mail-hub`. */
export function targetNameFor(called: string): string {
  const made = called
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return targetName.safeParse(made).success ? made : 'mail';
}
