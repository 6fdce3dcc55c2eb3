/**
 * The forms of envelope by which servers were made to relay, as data: what stands after MAIL FROM: and
 * after RCPT TO:, with fields in braces. The collections of abuse.net, MAPS, nmap and Metasploit are in
 * here, with the forms that they lack.
 */

/**
 * What the fields of a form stand for. `user` is nobody's local part and carries the token of the attempt,
 * `external` is a domain elsewhere whose MX is the receiving server of the lab.
 */
export interface Fields {
  readonly user: string;
  readonly external: string;
  /** Mail domain of the target, its host name, and its address. */
  readonly domain: string;
  readonly host: string;
  readonly target: string;
  /** Address of the receiving server of the lab. */
  readonly sink: string;
  /** An existing address of the target, and its local part. */
  readonly account: string;
  readonly mailbox: string;
  /** An address elsewhere, to which bounces are caught. */
  readonly stranger: string;
  readonly token: string;
}

/** A form. The angle brackets are part of it, for some forms are about them. */
export interface Form {
  /** How the form is called for people, where it does not speak for itself. */
  readonly name?: string;
  readonly sender: string;
  readonly recipient: string;
}

/** The sender to whom nothing is owed. */
export const STRANGER = '<{stranger}>';
/** A sender in the mail domain of the target, such as every customer and every spammer has. */
export const PRETENDER = '<spamtest@{domain}>';
/** A local recipient that nobody knows. */
export const UNKNOWN = '<nouser-{token}@{domain}>';
export const ELSEWHERE = '<{user}@{external}>';
/** Somebody at an address elsewhere, for whom no domain is looked up. */
export const AT_LITERAL = '<{user}@[{sink}]>';

/** Recipients that name somebody elsewhere in a roundabout way are tried for both kinds of sender. */
const forBothSenders = (recipients: readonly string[]): readonly Form[] =>
  recipients.flatMap((recipient) => [STRANGER, PRETENDER].map((sender) => ({ sender, recipient })));
const fromStranger = (...recipients: readonly string[]): readonly Form[] =>
  recipients.map((recipient) => ({ sender: STRANGER, recipient }));
const toElsewhere = (...senders: readonly string[]): readonly Form[] =>
  senders.map((sender) => ({ sender, recipient: ELSEWHERE }));

export const PLAIN = toElsewhere(STRANGER, '<spamtest@{external}>');

export const NULL_SENDER = toElsewhere('<>');

export const LOCAL_SENDERS = toElsewhere(
  '<{account}>',
  '<nouser-{token}@{domain}>',
  '<postmaster@{domain}>',
  '<nobody@{domain}>',
);

export const HOST_SENDERS = toElsewhere(
  '<probe@[{target}]>',
  '<probe@{host}>',
  '<probe@sub.{domain}>',
  '<probe@localhost>',
  '<probe@[127.0.0.1]>',
  '<probe>',
);

export const PERCENT_HACK = forBothSenders([
  '<{user}%{external}@{domain}>',
  '<{user}%{external}@{host}>',
  '<{user}%{external}@[{target}]>',
  '<{user}%{external}>',
  '<{user}%{external}@localhost>',
  '<{user}%{external}%{domain}@{domain}>',
]);

export const SOURCE_ROUTES = forBothSenders([
  '<@{host}:{user}@{external}>',
  '<@{domain}:{user}@{external}>',
  '<@{domain},@other.{external}:{user}@{external}>',
  '<@[{target}]:{user}@{external}>',
  '<@localhost:{user}@{external}>',
  '<{external}:{user}@{domain}>',
]);

export const BANG_PATHS = forBothSenders([
  '<{external}!{user}@{domain}>',
  '<{external}!{user}@{host}>',
  '<{external}!{user}@[{target}]>',
  '<{external}!{user}>',
  '<{host}!{external}!{user}>',
  '<"{external}!{user}"@{domain}>',
]);

export const QUOTED_AND_DOUBLED = forBothSenders([
  '<"{user}@{external}"@{domain}>',
  '<"{user}@{external}"@{host}>',
  '<"{user}@{external}"@[{target}]>',
  '<"{user}@{external}">',
  '<"{user}%{external}"@{domain}>',
  '<"{user}%{external}">',
  '<{user}@{external}@{domain}>',
  '<{user}@{external}@[{target}]>',
  '<{user}@{external}@>',
  '<{user}\\@{external}@{domain}>',
  '<{user}@{external},{mailbox}@{domain}>',
]);

/** The IPv6 address is the one of the receiving server too, in its IPv4-mapped form. */
export const ADDRESS_LITERALS = fromStranger(
  AT_LITERAL,
  '<{user}@[IPv6:::ffff:{sink}]>',
  '<{mailbox}@[{target}]>',
);

/** Domains that are one domain to a person and another text to a list. */
export const SPELLINGS = fromStranger(
  '<{user}@{EXTERNAL}>',
  '<{user}@{external}.>',
  '<{user}@{external} >',
  '<{user}@{external}\t>',
  '<{user}@{domain}.>',
  '<{user}@{domain} >',
);

/**
 * Recipients elsewhere that hold the domain of the target beside their own: a list of domains that is read as a
 * pattern without anchors finds it there.
 */
export const DOMAIN_IN_LOCAL_PART = fromStranger(
  '<"{user}@{domain}"@{external}>',
  '<"<{user}@{domain}>"@{external}>',
  '<{user}@{domain}@{external}>',
  '<{user}%{domain}@{external}>',
  '<{domain}!{user}@{external}>',
  '<{user}.{domain}@{external}>',
  '<{user}@{external}>@{domain}',
);

/** A recipient in a domain elsewhere that is published for it. */
export function toDomain(name: string, domain: string): Form {
  return { name, sender: STRANGER, recipient: `<{user}@${domain}>` };
}

/** Addresses such as forwarding (SRS), bounce tagging (BATV) and mailing lists (VERP) make. */
export const REWRITTEN = fromStranger(
  '<SRS0=AAAA=TT={external}={user}@{domain}>',
  '<SRS0+AAAA=TT={external}={user}@{domain}>',
  '<SRS1=AAAA=x.{external}==BBBB=TT={external}={user}@{domain}>',
  '<prvs=0000000000={user}@{domain}>',
  '<prvs=0000000000={user}={external}@{domain}>',
  '<bounce+{user}={external}@{domain}>',
  '<{user}+{external}@{domain}>',
  '<{mailbox}+{user}={external}@{domain}>',
);

/** Recipients that a mail system of old would have taken for a program or a file; these do no harm. */
export const PROGRAMS_AND_FILES: readonly string[] = [
  '<|/bin/true>',
  '<"|/bin/true"@{domain}>',
  '</dev/null>',
  '<"/dev/null"@{domain}>',
  '<:include:/dev/null>',
];

/** Names under which a server may know itself. */
export const OWN_NAMES: readonly string[] = [
  'localhost',
  '{host}',
  '{domain}',
  '[127.0.0.1]',
  '[{target}]',
  '[IPv6:::1]',
];

/** A form with its fields filled in; a field whose name is in capitals has its value in capitals. */
export function fill(form: string, fields: Fields): string {
  const values: ReadonlyMap<string, string> = new Map(
    Object.entries(fields).flatMap(([name, value]: [string, string]) => [
      [name, value],
      [name.toUpperCase(), value.toUpperCase()],
    ]),
  );
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`There is no field ${name} in the form ${form}.`);
    return value;
  });
}

/** A form of an envelope for people. */
export function nameOf({ name, sender, recipient }: Form): string {
  return name ?? `${readable(sender)} to ${readable(recipient)}`;
}

/** A form for people: the fields without their braces. */
export function readable(form: string): string {
  return form.replace(/\{(\w+)\}/g, '$1').replace('\t', '(tab)');
}
