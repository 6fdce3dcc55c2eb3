import { visible } from '../evidence/visible.ts';
import { type KeyPath, yamlSource } from '../targets/yaml-source.ts';

/** A variable whose value is a secret: `MAIL_PASSWORD`, `API-KEY`; not `PASSWORD_SCHEME`. */
const NAME =
  /(?:^|[^a-z])(?:pass|password|passwort|passwd|passphrase|pwd|secret|token|credentials?|(?:api|private|access|secret)[-_]?key)$/i;
const CAMEL = /(?:Password|Passphrase|Secret|Token|ApiKey|PrivateKey)$/;
/** A reference, a path, or a word that only switches something. */
const NO_SECRET = /^(?:(?:env|file|account|lab):.*|generate|\/.*|true|false|yes|no|on|off|none|[01]|)$/is;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const IN_URL = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i;
const IN_TEXT = /([A-Za-z][A-Za-z0-9_-]*)\s*[:=]\s*["']?([^\s"',}]+)/g;

/**
 * The secrets that stand in a targets file itself, a sentence each without the secret; empty where there are only
 * references. Comments are read too. What is called otherwise than secrets are cannot be told from other text.
 * @throws ConfigurationError where the file is no YAML
 */
export function literalSecrets(file: string, text: string): readonly string[] {
  const { value, positionOf } = yamlSource(file, text);
  const found = new Set<string>();
  const walk = (path: KeyPath, current: unknown) => {
    if (typeof current === 'object' && current !== null) {
      for (const key of Object.keys(current)) walk([...path, key], Reflect.get(current, key));
      return;
    }
    const name = String(path.at(-1) ?? '');
    const words = current === null || current === undefined ? '' : String(current);
    const where = positionOf(path);
    if (isName(name) && !NO_SECRET.test(words)) found.add(`${where}: ${sentence(name)}`);
    if (IN_URL.test(words))
      found.add(`${where}: A password stands in an address; env:NAME would keep it out.`);
    // `NAME=value` as arguments and lists have it.
    for (const [, key = '', rest = ''] of words.matchAll(IN_TEXT))
      if (isName(key) && !NO_SECRET.test(rest)) found.add(`${where}: ${sentence(key)}`);
  };
  walk([], value);
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (PRIVATE_KEY.test(line)) found.add(`${file}:${at + 1}:1: A private key stands here.`);
    const comment = /(?:^|\s)#(.*)$/.exec(line)?.[1] ?? '';
    for (const [, key = '', rest = ''] of comment.matchAll(IN_TEXT))
      if (isName(key) && !NO_SECRET.test(rest)) found.add(`${file}:${at + 1}:1: ${sentence(key)}`);
  }
  return [...found];
}

function isName(name: string): boolean {
  return NAME.test(name) || CAMEL.test(name);
}

function sentence(name: string): string {
  return `The value of ${visible(name)} stands in the file itself; a targets file that is sealed refers to secrets: env:NAME or file:path.`;
}
