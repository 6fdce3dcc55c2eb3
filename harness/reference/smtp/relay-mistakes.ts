import type { FaultName } from '../../model/faults.ts';
import { domainOf } from './path.ts';
import { bareReply, type Reply, reply } from './reply.ts';
import type { Recipient, SmtpSession } from './session.ts';

/** Faults by which mx takes mail that a good server refuses, and refuses mail that it takes. */

/** Where one path leads instead of where it should; undefined for every other path. */
type Detour = (
  path: string,
  own: { readonly domain: string; readonly hostname: string },
) => string | undefined;

/** Paths without their brackets, read by a server that looks for another address in them. */
const DETOURS: readonly (readonly [FaultName, Detour])[] = [
  [
    'mx-relays-percent-hack',
    (path, { domain }) => rewritten(path, /^([^@%!"]+)%([^@%!]+)@([^@]+)$/, domain, '$1@$2'),
  ],
  [
    'mx-relays-bang-path',
    (path, { domain }) => rewritten(path, /^([^!@"]+)!([^!@]+)@([^@]+)$/, domain, '$2@$1'),
  ],
  [
    'mx-relays-quoted-local-part',
    (path, { domain }) => rewritten(path, /^"([^@"%]+)@([^@"]+)"@([^@]+)$/, domain, '$1@$2'),
  ],
  [
    'mx-relays-doubled-at',
    (path, { domain }) => rewritten(path, /^([^@"\\]+)@([^@"]+)@([^@]+)$/, domain, '$1@$2'),
  ],
  [
    'mx-relays-forged-srs',
    (path, { domain }) =>
      rewritten(path, /^SRS0[=+-][^=]*=[^=]*=([^=]+)=([^=@]+)@([^@]+)$/i, domain, '$2@$1'),
  ],
  [
    'mx-relays-source-route',
    (path, { domain, hostname }) => {
      const [, first = '', mailbox] = /^@([^,:]+)[^:]*:([^@]+@[^@]+)$/.exec(path) ?? [];
      return [domain, hostname].includes(first.toLowerCase()) ? mailbox : undefined;
    },
  ],
  ['mx-relays-address-literal', (path) => (/^[^@"]+@\[[\d.]+\]$/.test(path) ? path : undefined)],
  ['mx-relays-trailing-dot', (path) => /^([^@"]+@[^@]+)\.$/.exec(path)?.[1]],
  ['mx-relays-by-unanchored-pattern', (path, { domain }) => elsewhere(path, domain, path.includes(domain))],
  ['mx-relays-by-suffix', (path, { domain }) => elsewhere(path, domain, domainOf(path).endsWith(domain))],
  ['mx-relays-by-prefix', (path, { domain }) => elsewhere(path, domain, domainOf(path).startsWith(domain))],
  [
    'mx-relays-by-unescaped-pattern',
    (path, { domain }) =>
      elsewhere(path, domain, !path.includes(domain) && new RegExp(domain).test(domainOf(path))),
  ],
  ['mx-relays-subdomains', (path, { domain }) => (domainOf(path).endsWith(`.${domain}`) ? path : undefined)],
];

/** The path, where it is an address elsewhere and a mistaken list takes it for one of the domain. */
function elsewhere(path: string, domain: string, isTaken: boolean): string | undefined {
  const isAddress = /^(?:"[^"]*"|[^@"]+)@[^@]+$/.test(path);
  return isAddress && isTaken && domainOf(path) !== domain ? path : undefined;
}

/** The address within a path of the domain; the last group of the pattern is the domain. */
function rewritten(path: string, pattern: RegExp, domain: string, address: string): string | undefined {
  const match = pattern.exec(path);
  if (match?.at(-1)?.toLowerCase() !== domain) return undefined;
  return path.replace(pattern, address);
}

/** The recipient that a fault makes of the argument of RCPT, whether or not its grammar is right. */
export async function mistakenRecipient(
  session: SmtpSession,
  argument: string,
): Promise<Recipient | undefined> {
  const { site, role, transaction } = session;
  const path = /^TO: *<(.*)>/i.exec(argument)?.[1];
  if (role !== 'mx' || path === undefined) return undefined;
  for (const [fault, detour] of DETOURS) {
    const address = site.faulty(fault) ? detour(path, site) : undefined;
    if (address !== undefined) return recipient(address);
  }
  if (site.faulty('mx-takes-programs-as-recipients') && /^"?([|/]|:include:)/.test(path)) {
    return recipient(path, 'dropped');
  }
  if (path.startsWith('@') || !/^[^@]+@[^@]+$/.test(path)) return undefined;
  const domain = domainOf(path);
  if (domain === site.domain) {
    if (site.directory.find(path) || /^postmaster@/i.test(path)) return undefined;
    if (site.faulty('mx-bounces-unknown-users')) return recipient(path, 'bounced');
    return site.faulty('mx-drops-unknown-users') ? recipient(path, 'dropped') : undefined;
  }
  if (site.faulty('mx-bounces-foreign-mail')) return recipient(path, 'bounced');
  if (site.faulty('mx-drops-foreign-mail')) return recipient(path, 'dropped');
  const grants =
    isFavoured(session) ||
    (site.faulty('mx-relays-after-local-recipient') &&
      transaction?.recipients.some(({ account }) => account)) ||
    (site.faulty('mx-relays-as-backup') && (await isExchanger(session, domain)));
  return grants ? recipient(path) : undefined;
}

function recipient(address: string, fate?: 'bounced' | 'dropped'): Recipient {
  return { address, account: undefined, notifySuccess: false, original: undefined, fate };
}

/** The client or the sender is favoured by a fault, whoever the recipient is. */
function isFavoured(session: SmtpSession): boolean {
  const { site, connection, transaction, hello } = session;
  const sender = transaction?.sender ?? '';
  const senderDomain = domainOf(sender);
  const name = hello?.name.toLowerCase() ?? '';
  return (
    session.favoured ||
    site.faulty('mx-relays-for-everybody') ||
    (site.faulty('mx-relays-null-sender') && sender === '') ||
    (site.faulty('mx-relays-local-sender') && senderDomain === site.domain) ||
    (site.faulty('mx-relays-localhost-sender') && senderDomain === 'localhost') ||
    (site.faulty('mx-relays-literal-sender') && senderDomain.startsWith('[')) ||
    (site.faulty('mx-relays-by-hello-name') && ['localhost', site.hostname, site.domain].includes(name)) ||
    (site.faulty('mx-relays-inside-tls') && connection.tls !== undefined) ||
    (site.faulty('mx-relays-for-any-client-certificate') && showsCertificate(session))
  );
}

function showsCertificate({ connection }: SmtpSession): boolean {
  return Object.keys(connection.tls?.getPeerCertificate() ?? {}).length > 0;
}

/** The domain names this server among its mail exchangers. */
async function isExchanger({ site }: SmtpSession, domain: string): Promise<boolean> {
  return ((await site.exchangersOf?.(domain)) ?? []).includes(site.hostname);
}

/** The refusal of a recipient elsewhere, in the words of the fault. */
export function relayRefusal({ site, role }: SmtpSession): Reply {
  if (role === 'mx' && site.faulty('mx-refuses-relay-for-now')) {
    return reply(454, '4.7.1', 'Relay access denied');
  }
  if (role === 'mx' && site.faulty('mx-refuses-relay-without-enhanced-code')) {
    return bareReply(550, 'Relaying denied');
  }
  return reply(550, '5.7.1', 'Relaying denied');
}

/** What mx refuses out of a caution that goes too far: a sender. */
export function overcautionAboutSender({ site, role }: SmtpSession, sender: string): Reply | undefined {
  if (role !== 'mx' || sender !== '' || !site.faulty('mx-refuses-null-sender')) return undefined;
  return reply(550, '5.7.1', 'Null sender not accepted here');
}

/** What mx refuses out of a caution that goes too far: a recipient. */
export function overcautionAboutRecipient(
  { site, role, hello }: SmtpSession,
  address: string,
): Reply | undefined {
  if (role !== 'mx') return undefined;
  if (site.faulty('mx-refuses-literal-hello') && hello?.name.startsWith('[')) {
    return reply(550, '5.7.1', 'The hello name does not match the address of the client');
  }
  if (site.faulty('mx-refuses-bare-postmaster') && !address.includes('@')) {
    return reply(550, '5.1.3', 'A recipient needs a domain');
  }
  if (site.faulty('mx-refuses-routing-characters') && /[=%!].*@/.test(address)) {
    return reply(553, '5.1.3', 'Routing characters are not allowed in a local part');
  }
  return undefined;
}

/**
 * Commands by which a client says on whose behalf it comes, where a fault believes them from everybody:
 * XCLIENT is answered, a PROXY header is not. Undefined for every other command.
 */
export function claimOfClient(
  session: SmtpSession,
  verb: string,
  argument: string,
): Reply | 'believed' | undefined {
  const { site, role, hello } = session;
  if (role !== 'mx') return undefined;
  if (verb === 'XCLIENT' && site.faulty('mx-trusts-xclient')) {
    session.favoured = true;
    session.claimedAddress = /\bADDR=(\S+)/i.exec(argument)?.[1];
    session.hello = undefined;
    session.transaction = undefined;
    return bareReply(220, `${site.hostname} ESMTP`);
  }
  if (verb === 'PROXY' && !hello && site.faulty('mx-trusts-proxy-header')) {
    session.favoured = true;
    session.claimedAddress = /^TCP4 (\S+)/i.exec(argument)?.[1];
    return 'believed';
  }
  return undefined;
}
