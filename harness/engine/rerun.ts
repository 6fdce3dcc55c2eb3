/** Everything but these would be read by a shell. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;
/** One line that any terminal shows as it is. */
const SHOWN = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

/**
 * How mailspec is called where a report is read: `npx` with `--no` runs what is installed, here or for everybody, and never
 * a stranger's package of the same name. An image says how it is called there.
 */
export const MAILSPEC: readonly string[] = process.env.MAILSPEC_COMMAND?.split(' ') ?? [
  'npx',
  '--no',
  '--',
  'mailspec',
];

/**
 * The command that audits one check on one target again.
 * @param options how the run differs from one without options, such as `--profile`, `rfc-strict`
 */
export function rerunCommand(target: string, check: string, options: readonly string[] = []): string {
  return [...MAILSPEC, 'audit', target, '--only', check, ...options].map(shellWord).join(' ');
}

/** An argument as a POSIX shell, or bash where it holds controls, reads it back; always printable. */
export function shellWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (word === '' || SHOWN.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const octets = [...Buffer.from(word)].map((octet) =>
    octet >= 0x20 && octet < 0x7f && octet !== 0x27 && octet !== 0x5c
      ? String.fromCharCode(octet)
      : `\\x${octet.toString(16).padStart(2, '0')}`,
  );
  return `$'${octets.join('')}'`;
}
