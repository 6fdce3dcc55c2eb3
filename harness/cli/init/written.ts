import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { MAILSPEC } from '../../engine/rerun.ts';
import { printable } from '../../evidence/visible.ts';
import type { DeclaredRoles } from '../look/roles.ts';

/** What is known of a target, and what is said about it. Every text is ready to be printed. */
export interface Draft extends DeclaredRoles {
  /** The command that wrote it, such as `mailspec init --image shop:1.4`; the only text that may be long. */
  readonly by: string;
  readonly name: string;
  /** Driver and what it needs, such as `image`, by their keys. */
  readonly settings: Readonly<Record<string, string>>;
  readonly hostName: Known;
  readonly mailDomain: Known;
  /** What else can be said of the target, each with a sentence in front. */
  readonly choices?: readonly { readonly sentence: string; readonly line: string }[];
  /** The container, or the server that is to be audited, is made for the run and harmed by nothing. */
  readonly isDisposable: boolean;
  /** Sentences about what was tried and what was not; each a comment of its own. */
  readonly remarks: readonly string[];
}

/** A value with where it is from; null where nobody knows it. */
export interface Known {
  readonly value: string | null;
  readonly from: string;
}

const SCHEMA = fileURLToPath(new URL('../../../targets.schema.json', import.meta.url));

/** Longest line of a comment, in characters. */
const WIDTH = 110;
const INDENT = '    ';

/**
 * A targets file with one target. What nobody could know stands in it as YAML after `# `, below a sentence that says
 * what to fill in: such lines begin with a key in lower case, and sentences with a capital letter.
 * @param folder where the file will lie, absolute
 */
export function writtenTargets(draft: Draft, folder: string): string {
  const { by, name, settings, roles, left, remarks } = draft;
  const schema = relative(folder, SCHEMA).split(sep).join('/');
  return [
    ...(schema.startsWith('..') ? [] : [`# yaml-language-server: $schema=./${schema}`, '#']),
    `# Written by: ${by}`,
    '# Where a sentence says "Fill in", put the right values into the lines below it and remove the "# " in front of',
    '# them. Secrets never stand here: env:NAME takes one from the environment.',
    `# Then: ${MAILSPEC.join(' ')} doctor ${name}`,
    'version: 1',
    `default: [${scalar(name)}]`,
    '',
    'targets:',
    `  ${scalar(name)}:`,
    ...Object.entries(settings).map(([key, value]) => `${INDENT}${key}: ${scalar(value)}`),
    ...known(
      'mail-domain',
      draft.mailDomain,
      'example.org',
      'Fill in the domain after the @ of its addresses.',
    ),
    ...known(
      'host-name',
      draft.hostName,
      'mail.example.org',
      'Fill in the name that users configure and certificates carry.',
    ),
    ...writtenRoles(roles),
    ...left.flatMap(comment),
    ...writtenAccount(draft),
    ...(draft.choices ?? []).flatMap(({ sentence, line }) => [...comment(sentence), `${INDENT}# ${line}`]),
    ...writtenAnchor(),
    ...remarks.flatMap(comment),
    '',
  ].join('\n');
}

function known(key: string, { value, from }: Known, example: string, whatToDo: string): string[] {
  if (value === null) return [...comment(`${whatToDo} ${from}`.trim()), `${INDENT}# ${key}: ${example}`];
  return [`${INDENT}${key}: ${scalar(value)}  # ${printable(from)}`];
}

function writtenRoles(roles: DeclaredRoles['roles']): string[] {
  if (roles.length === 0)
    return [
      ...comment('Fill in the ports of what the server is for; leave out what it does not serve.'),
      `${INDENT}# roles: { mx: 25, submission: 587, submissions: 465, imap: 143, imaps: 993 }`,
    ];
  return [
    `${INDENT}roles:`,
    ...roles.map(({ role, port, service, note }) => {
      const value = service === undefined ? String(port) : `{ service: ${scalar(service)}, port: ${port} }`;
      return `${INDENT}  ${role}: ${value}  # ${cut(note)}`;
    }),
  ];
}

function writtenAccount({ mailDomain, isDisposable }: Draft): string[] {
  const address = `audit@${mailDomain.value ?? 'example.org'}`;
  return [
    ...comment(
      isDisposable
        ? 'Fill in a mailbox of the server that audits may use. Its password is made for each run, so that it may travel without TLS; "env" hands it over in the variable that the server reads.'
        : 'Fill in a mailbox of the server that audits may use, and put its password into the environment variable. Say "disposable: true" of it only where failed logins and a lockout of it harm nobody.',
    ),
    `${INDENT}# accounts:`,
    `${INDENT}#   - address: ${address}`,
    `${INDENT}#     password: ${isDisposable ? 'generate' : 'env:AUDIT_PASSWORD'}`,
    ...(isDisposable
      ? [
          `${INDENT}#     disposable: true`,
          `${INDENT}#     allow-cleartext-secret: true`,
          `${INDENT}# env: { AUDIT_PASSWORD: "account:${address}" }`,
        ]
      : []),
  ];
}

function writtenAnchor(): string[] {
  return comment(
    'Where the certificates are of no public authority, "trust-anchor" names the file of the one that issued them.',
  );
}

/** A sentence as lines of a comment. */
function comment(sentence: string): string[] {
  const lines: string[] = [];
  for (const word of printable(sentence).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    // A line that went on in lower case could be taken for YAML that is to be filled in.
    else lines.push(`${INDENT}# ${last === undefined ? '' : '  '}${word}`);
  }
  return lines;
}

function cut(text: string): string {
  const shown = printable(text);
  return shown.length > WIDTH ? `${shown.slice(0, WIDTH)}…` : shown;
}

/** Text as YAML reads it back as text. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trim();
}
