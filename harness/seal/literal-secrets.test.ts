import { expect, test } from 'vitest';
import { literalSecrets } from './literal-secrets.ts';

const target = (lines: string) => `version: 1\ntargets:\n  shop:\n${lines}`;

test.each([
  ['a variable', '    env: { MAIL_PASSWORD: hunter2 }\n', 'targets.yaml:4:27: The value of MAIL_PASSWORD'],
  ['a variable in capitals and hyphens', '    env:\n      API-KEY: hunter2\n', 'The value of API-KEY'],
  ['a value that only looks like text', '    env: { DB_PASS: "text:hunter2" }\n', 'The value of DB_PASS'],
  ['an argument of a build', '    build: { args: { TOKEN: hunter2 } }\n', 'The value of TOKEN'],
  ['a line of arguments', '    command: [serve, "ADMIN_PASSWORD=hunter2"]\n', 'The value of ADMIN_PASSWORD'],
  ['an address', '    url: "ldap://admin:hunter2@ldap.test/"\n', 'A password stands in an address'],
  ['a comment', '    # password: hunter2\n    driver: host\n', 'targets.yaml:4:1: The value of password'],
  [
    'a private key',
    '    key: |\n      -----BEGIN EC PRIVATE KEY-----\n',
    'targets.yaml:5:1: A private key stands here.',
  ],
])('%s that holds a secret is told, without the secret', (_, lines, sentence) => {
  const found = literalSecrets('targets.yaml', target(lines));
  expect(found.join('\n')).toContain(sentence);
  expect(found.join('\n')).not.toContain('hunter2');
});

test.each([
  '    password: env:MAIL_PASSWORD\n',
  '    password: file:secret.txt\n',
  '    password: generate # or password: env:NAME\n',
  '    env: { MAIL_PASSWORD: "account:user@example.test", RELAY_SECRET: "lab:smarthost-password" }\n',
  '    env: { PASSWORD_SCHEME: SHA512-CRYPT, TOKEN_FILE: /run/token, ALLOW_EMPTY_PASSWORD: "yes" }\n',
  '    env: { SSL_KEY: /etc/key.pem, KEYWORD: sale, COMPASS: north }\n',
  '    # The password comes from the environment; see docs.\n    driver: host\n',
])('a reference is none: %s', (lines) => {
  expect(literalSecrets('targets.yaml', target(lines))).toEqual([]);
});
