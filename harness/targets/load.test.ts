import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTargets } from './load.ts';
import { createTargetsFolder, type TargetsFolder } from './testing/targets-file.ts';

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());

/** The errors of a targets file, one a line, its path shortened to T. */
async function problemsOf(content: string | Uint8Array): Promise<string[]> {
  const file = await folder.write('bad.yaml', content);
  const failure: unknown = await loadTargets(file).then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (!(failure instanceof Error)) return [String(failure)];
  expect(failure.name).toBe('ConfigurationError');
  return failure.message.replaceAll(file, 'T').split('\n');
}

/** A targets file with one target. */
const one = (...lines: readonly string[]) =>
  ['version: 1', 'targets:', '  shop:', ...lines.map((line) => `    ${line}`), ''].join('\n');

const HOST = ['driver: host', 'address: 192.0.2.25', 'mail-domain: example.test', 'roles: { mx: 25 }'];
const CONTAINER = [
  'driver: container',
  'image: mail:1',
  'mail-domain: example.test',
  'host-name: mail.example.test',
  'roles: { mx: 25 }',
];

const COMPOSE = [
  'driver: compose',
  'file: compose.yaml',
  'mail-domain: example.test',
  'host-name: mail.example.test',
  'roles: { mx: { service: mta, port: 25 } }',
];

const BOMB = [
  'version: 1',
  'targets: {}',
  `a0: &a0 [${Array(9).fill('x').join(', ')}]`,
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (level) =>
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
  ),
].join('\n');

describe('a file that is no YAML document', () => {
  const CASES: readonly (readonly [string, string | Uint8Array, readonly string[]])[] = [
    ['empty', '', ['T:1:1: The file is empty.']],
    ['a comment only', '# nothing\n', ['T:1:1: The file is empty.']],
    ['not UTF-8', Uint8Array.of(0x61, 0x3a, 0x20, 0xff), ['T:1:1: The file is not UTF-8 text.']],
    ['a key twice', 'version: 1\nversion: 1\n', ['T:2:1: This key stands twice in the same mapping.']],
    [
      'a flow sequence without end',
      'version: 1\ndefault: [a\ntargets: {}\n',
      ['T:3:1: Flow sequence in block collection must be sufficiently indented and end with a ].'],
    ],
    ['a tab as indentation', 'targets:\n\tx: 1\n', ['T:2:1: Tabs are not allowed as indentation.']],
    [
      'two documents',
      'version: 1\n---\nversion: 1\n',
      ['T:2:1: The file holds more than one YAML document; one is expected.'],
    ],
    ['an alias of nothing', 'version: *one\n', ['T:1:10: No anchor "one" stands before this alias.']],
    ['an unknown tag', 'version: !!js/regexp 1\n', ['T:1:10: Unresolved tag: tag:yaml.org,2002:js/regexp.']],
    ['a mapping as key', '? [a]\n: b\n', ['T:1:3: A key must be text.']],
    ['a merge of text', 'version: 1\n<<: text\n', ['T:2:1: "<<" takes mappings or aliases of mappings.']],
    ['an alias bomb', BOMB, ['T:1:1: The aliases of the file multiply to more data than is accepted.']],
  ];
  it.each(CASES)('%s', async (_, content, expected) => {
    expect(await problemsOf(content)).toEqual(expected);
  });

  it('does not exist', async () => {
    const missing = join(folder.path, 'missing.yaml');
    await expect(loadTargets(missing)).rejects.toThrow(`${missing}:1:1: There is no such file.`);
  });

  it('is a folder', async () => {
    await expect(loadTargets(folder.path)).rejects.toThrow(
      `${folder.path}:1:1: This is a folder, not a file.`,
    );
  });
});

describe('a document that is no targets file', () => {
  const CASES: readonly (readonly [string, string, readonly string[]])[] = [
    ['a list', '[1]\n', ['T:1:1: The file must be a mapping with version and targets, found a list.']],
    ['no version', 'targets: { shop: { driver: reference } }\n', ['T:1:1: The file lacks "version".']],
    [
      'another version',
      'version: 2\ntargets: { shop: { driver: reference } }\n',
      ['T:1:10: "version" must be 1, found the number 2.'],
    ],
    [
      'no target',
      'version: 1\ntargets: {}\n',
      ['T:2:10: "targets" must be a mapping of at least one target, found an empty mapping.'],
    ],
    [
      'an unknown key at the top',
      'version: 1\ntarget: {}\ntargets: { shop: { driver: reference } }\n',
      ['T:2:1: Unknown key "target" at the top of the file; did you mean "targets"?'],
    ],
    [
      'an unknown default',
      'version: 1\ndefault: [shop, ship]\ntargets: { shop: { driver: reference } }\n',
      ['T:2:17: There is no target "ship" in this file.'],
    ],
    [
      'a name in capitals',
      'version: 1\ntargets:\n  Shop: { driver: reference }\n',
      [
        'T:3:3: "Shop" in "targets" must be the name of a target: lower-case letters, digits and single hyphens.',
      ],
    ],
    [
      'a name with a control character',
      'version: 1\ntargets:\n  "a\\e[31m": { driver: reference }\n',
      [
        'T:3:3: "a\\x1b[31m" in "targets" must be the name of a target: lower-case letters, digits and single hyphens.',
      ],
    ],
  ];
  it.each(CASES)('%s', async (_, content, expected) => {
    expect(await problemsOf(content)).toEqual(expected);
  });
});

describe('a target that cannot be', () => {
  const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['nothing', [], ['T:3:8: Target shop must be a mapping, found nothing.']],
    [
      'no driver',
      ['faults: []'],
      ['T:3:3: Target shop lacks "driver", one of reference, container, compose, host, network.'],
    ],
    [
      'an unknown driver',
      ['driver: contaner'],
      [
        'T:4:13: "driver" of target shop must be one of reference, container, compose, host, network, found "contaner"; did you mean "container"?',
      ],
    ],
    [
      'a network without a router',
      ['driver: network'],
      ['T:4:5: The router of a network has either "image" or "build".'],
    ],
    [
      'a claim about a network that says nothing',
      ['driver: network', 'claims: { op25b: {} }'],
      ['T:5:15: "claims.op25b" of target shop lacks "declared".'],
    ],
    [
      'a list that anybody could ask',
      [...HOST, 'claims: { dnsbl: { zones: [zen.example.org] } }'],
      [
        'T:8:32: "claims.dnsbl.zones[0]" of target shop must be the name of a list zone below .test or .example, found "zen.example.org".',
      ],
    ],
    [
      'an unknown key',
      ['driver: reference', 'fualts: []'],
      ['T:5:5: Unknown key "fualts" in target shop; did you mean "faults"?'],
    ],
    [
      'a key of another driver',
      ['driver: reference', 'mail-domain: example.test'],
      [
        'T:5:5: Unknown key "mail-domain" in target shop; known here: driver, faults, without, connections, permissions, conformance-statement, expect.',
      ],
    ],
    [
      'an unknown fault',
      ['driver: reference', 'faults: [mx-omits-startls]'],
      [
        'T:5:14: "faults[0]" of target shop must be the name of a fault, found "mx-omits-startls"; did you mean "mx-omits-starttls"?',
      ],
    ],
    [
      'a missing key',
      ['driver: host', 'address: 192.0.2.25', 'roles: { mx: 25 }'],
      ['T:3:3: Target shop lacks "mail-domain".'],
    ],
    [
      'what servers die of, for one that runs already',
      [...HOST, 'permissions: [safe, destructive]'],
      [
        'T:8:25: "permissions[1]" of target shop must be one of safe, sends-mail, intrusive, found "destructive".',
      ],
    ],
    [
      'several at once, in the order of the file',
      [...HOST, 'connections: many', 'permissions: [sfae]', 'timing: { reply: 8, quiet: 2h, slack: soon }'],
      [
        'T:8:18: "connections" of target shop must be a whole number from 1 to 1000, found "many".',
        'T:9:19: "permissions[0]" of target shop must be one of safe, sends-mail, intrusive, found "sfae"; did you mean "safe"?',
        'T:10:22: "timing.reply" of target shop must be a duration such as 8s, 250ms or 15m, found the number 8.',
        'T:10:32: "timing.quiet" of target shop must be an hour at most, found "2h".',
        'T:10:43: "timing.slack" of target shop must be a duration such as 8s, 250ms or 15m, found "soon".',
      ],
    ],
    [
      'no role',
      [...HOST.slice(0, 3), 'roles: {}'],
      [
        'T:7:12: "roles" of target shop must be a mapping of at least one role to its port, found an empty mapping.',
      ],
    ],
    [
      'an unknown role and an impossible port',
      [...HOST.slice(0, 3), 'roles: { smtp: 25, mx: 70000 }'],
      [
        'T:7:14: Unknown key "smtp" in "roles" of target shop; known here: mx, submission, submissions, pop3, pop3s, imap, imaps.',
        'T:7:28: "roles.mx" of target shop must be a whole number from 1 to 65535, found the number 70000.',
      ],
    ],
    [
      'a port as text',
      [...HOST.slice(0, 3), 'roles: { mx: smtp }'],
      [
        'T:7:18: "roles.mx" of target shop must be a port number, or a mapping with port and host, found "smtp".',
      ],
    ],
    [
      'a password in plain text, which is not repeated',
      [...HOST, 'accounts: [{ address: alice@example.test, password: hunter2 }]'],
      [
        'T:8:57: "accounts[0].password" of target shop must be env:NAME or file:path (a secret never stands in this file itself); only a server that is made for the run can be given a generated one.',
      ],
    ],
    [
      'a generated password for a server that runs already',
      [...HOST, 'accounts: [{ address: alice@example.test, password: generate }]'],
      [
        'T:8:57: "accounts[0].password" of target shop must be env:NAME or file:path (a secret never stands in this file itself); only a server that is made for the run can be given a generated one.',
      ],
    ],
    [
      'a password in the clear of an account that matters',
      [...HOST, 'accounts: [{ address: alice@example.test, password: env:P, allow-cleartext-secret: true }]'],
      ['T:8:88: Only a disposable account may show its password on the wire; add "disposable: true".'],
    ],
    [
      'an account twice',
      [
        ...HOST,
        'accounts:',
        '  - { address: alice@example.test, password: env:P }',
        '  - { address: alice@example.test, password: env:Q }',
      ],
      ['T:10:20: The account alice@example.test is declared twice.'],
    ],
    [
      'yes where true is meant',
      [...HOST, 'claims: { public-mx: yes }'],
      ['T:8:26: "claims.public-mx" of target shop must be true or false, found "yes".'],
    ],
    [
      'a domain of somebody else as destination of checks',
      [...HOST, 'claims: { tls-required-destinations: [example.com] }'],
      [
        'T:8:43: "claims.tls-required-destinations[0]" of target shop must be a domain below .test or .example, found "example.com".',
      ],
    ],
    [
      'a conformance statement about a feature that nobody knows',
      [
        ...HOST,
        'conformance-statement:',
        '  vendor: V',
        '  product: P',
        '  version: 4.2',
        '  features: { dane: true, dnssec: yes }',
      ],
      [
        'T:11:16: "conformance-statement.version" of target shop must be one line of 300 characters at most, such as "4.2", found the number 4.2.',
        'T:12:19: Unknown key "dane" in "conformance-statement.features" of target shop.',
        'T:12:39: "conformance-statement.features.dnssec" of target shop must be true or false, found "yes".',
      ],
    ],
    [
      'a window without a length, and one that never ends',
      [...HOST, 'claims: { pop-before-smtp: { granularity: 5s, maximum: 200h } }'],
      [
        'T:8:15: "claims.pop-before-smtp" of target shop lacks "window".',
        'T:8:60: "claims.pop-before-smtp.maximum" of target shop must be seven days at most, found "200h".',
      ],
    ],
    [
      'no time at which to look for what a login opened',
      [...HOST, 'timing: { login-effect: [] }'],
      ['T:8:29: "timing.login-effect" of target shop must be a list of at least one duration, found a list.'],
    ],
    [
      'neither image nor build',
      CONTAINER.filter((line) => !line.startsWith('image')),
      ['T:4:5: A container has either "image" or "build".'],
    ],
    [
      'both image and build',
      [...CONTAINER, 'build: { context: . }'],
      ['T:9:12: A container has either "image" or "build".'],
    ],
    [
      'a number as environment',
      [...CONTAINER, 'env: { DEBUG: 1 }'],
      ['T:9:19: "env.DEBUG" of target shop must be text, in quotes if need be, found the number 1.'],
    ],
    [
      "records in the DNS that are not the target's, or nobody publishes, or are half written",
      [
        ...CONTAINER,
        'dns:',
        '  - { name: _dmarc.EXAMPLE.test, type: TXT, data: "v=DMARC1; p=none" }',
        '  - { name: other.test, type: TXT, data: "v=spf1 -all" }',
        '  - { name: anexample.test, type: CNAME, data: example.test }',
      ],
      [
        "T:11:17: other.test is not below example.test or mail.example.test, so it is not the target's.",
        "T:12:17: anexample.test is not below example.test or mail.example.test, so it is not the target's.",
      ],
    ],
    [
      'a record in the DNS without a lab',
      [...CONTAINER, 'lab: false', 'dns: [{ name: example.test, type: TXT, data: "v=spf1 -all" }]'],
      ['T:10:19: This target has no lab (lab: false), so nobody would publish example.test.'],
    ],
    [
      'a record in the DNS with two contents, or of an unknown type',
      [
        ...CONTAINER,
        'dns:',
        '  - { name: example.test, type: TXT, data: "v=spf1 -all", container-path: /spf }',
        '  - { name: example.test, type: SPF, data: "v=spf1 -all" }',
        '  - { name: example.test, type: SRV, date: 1, data: { priority: 0, weight: 1, port: 25, target: a.test } }',
      ],
      [
        'T:10:9: A TXT record has either "data" or "container-path".',
        'T:11:37: "dns[1].type" of target shop must be one of TXT, SRV, CNAME, found "SPF".',
        'T:12:42: Unknown key "date" in "dns[2]" of target shop; did you mean "data"?',
      ],
    ],
    [
      'a resolver of a lab that the target does not have',
      [...CONTAINER, 'lab: false', 'env: { DNS: "lab:resolver" }'],
      ['T:10:17: This target has no lab (lab: false), so DNS cannot take its resolver.'],
    ],
    [
      'something of the lab that cannot be handed over',
      [...CONTAINER, 'env: { DNS: "lab:sink" }'],
      [
        'T:9:17: Of the lab only lab:resolver, lab:trust-anchor, lab:authority, lab:smarthost, lab:smarthost-address, lab:smarthost-port, lab:smarthost-user and lab:smarthost-password can be handed over, not "lab:sink".',
      ],
    ],
    [
      'a smarthost that is not claimed',
      [...CONTAINER, 'env: { RELAY: "lab:smarthost" }'],
      ['T:9:19: No smarthost is claimed here (claims: smarthost), so RELAY cannot take lab:smarthost.'],
    ],
    [
      'a login of a smarthost without one',
      [...CONTAINER, 'claims: { smarthost: { login: false } }', 'env: { SECRET: "lab:smarthost-password" }'],
      ['T:10:20: The smarthost is claimed without a login, so SECRET cannot take lab:smarthost-password.'],
    ],
    [
      'a smarthost without a lab that plays it',
      [...CONTAINER, 'lab: false', 'claims: { smarthost: {} }'],
      ['T:10:26: This target has no lab (lab: false), so nobody would play its smarthost.'],
    ],
    [
      'the password of an account that is not declared',
      [...CONTAINER, 'env: { PASSWORD: "account:alice@example.test" }'],
      ['T:9:22: No account "alice@example.test" is declared here, so PASSWORD cannot take its password.'],
    ],
    [
      'a generated password that reaches nobody',
      [...CONTAINER, 'accounts: [{ address: alice@example.test, password: generate }]'],
      [
        'T:9:57: The container never learns this generated password; hand it over in "env" as account:alice@example.test.',
      ],
    ],
    [
      'a trust anchor from two places',
      [...CONTAINER, 'trust-anchor: { file: ca.pem, container-path: /ca.pem }'],
      [
        'T:9:19: "trust-anchor" of target shop must be a mapping with either file or container-path, found a mapping.',
      ],
    ],
    [
      'a compose project without file',
      COMPOSE.filter((line) => !line.startsWith('file')),
      ['T:3:3: Target shop lacks "file".'],
    ],
    [
      'a role of a compose project that names no service',
      [...COMPOSE.slice(0, 4), 'roles: { mx: 25, imap: { port: 143 } }'],
      [
        'T:8:18: The role mx has no service: name one here, or one for the whole target as "service".',
        'T:8:28: The role imap has no service: name one here, or one for the whole target as "service".',
      ],
    ],
    [
      'a role of a compose project that is neither a port nor a mapping of service and port',
      [...COMPOSE.slice(0, 4), 'roles: { mx: "mta:25" }'],
      [
        'T:8:18: "roles.mx" of target shop must be a port number, or a mapping with service and port, found "mta:25".',
      ],
    ],
    [
      'files in containers of no service',
      [
        ...COMPOSE,
        'trust-anchor: { container-path: /ca.pem }',
        'dns: [{ name: s._domainkey.example.test, type: TXT, container-path: /s.txt }]',
      ],
      [
        'T:9:19: The file of the trust anchor has no service: name one here, or one for the whole target as "service".',
        'T:10:11: The file of the record s._domainkey.example.test has no service: name one here, or one for the whole target as "service".',
      ],
    ],
    [
      'a service beside a trust anchor on this machine',
      [...COMPOSE, 'trust-anchor: { file: ca.pem, service: mta }'],
      [
        'T:9:19: "trust-anchor" of target shop must be a mapping with either file, or container-path and service, found a mapping.',
      ],
    ],
    [
      'a generated password that no compose file can use',
      [...COMPOSE, 'accounts: [{ address: alice@example.test, password: generate }]'],
      [
        'T:9:57: The project never learns this generated password; hand it over in "env" as account:alice@example.test.',
      ],
    ],
    [
      'a misspelt key of a role of a compose project',
      [...COMPOSE.slice(0, 4), 'roles: { mx: { servce: mta, port: 25 } }'],
      [
        'T:8:18: The role mx has no service: name one here, or one for the whole target as "service".',
        'T:8:20: Unknown key "servce" in "roles.mx" of target shop; did you mean "service"?',
      ],
    ],
    [
      'limits without unit',
      [...CONTAINER, 'limits: { memory: 512 }'],
      [
        'T:9:23: "limits.memory" of target shop must be an amount of memory such as 512M or 1G, found the number 512.',
      ],
    ],
  ];
  it.each(CASES)('%s', async (_, lines, expected) => {
    expect(await problemsOf(one(...lines))).toEqual(expected);
  });

  it('is told at the place that a merge takes it from', async () => {
    const file = [
      'version: 1',
      'targets:',
      '  one: &one',
      ...[...HOST, 'connections: 0'].map((line) => `    ${line}`),
      '  two:',
      '    <<: *one',
      '    connections: 1',
      '    claims: 3',
    ].join('\n');
    expect(await problemsOf(file)).toEqual([
      'T:8:18: "connections" of target one must be a whole number from 1 to 1000, found the number 0.',
      'T:12:13: "claims" of target two must be a mapping, found the number 3.',
    ]);
  });
});

describe('a targets file', () => {
  it.each([
    ['the reference server', ['driver: reference'], ['safe', 'sends-mail', 'intrusive', 'destructive']],
    ['a container', CONTAINER, ['safe', 'sends-mail', 'intrusive']],
    ['a compose project', COMPOSE, ['safe', 'sends-mail', 'intrusive']],
    ['a server that runs already', HOST, ['safe']],
    ['a container, by name', [...CONTAINER, 'permissions: [safe, destructive]'], ['safe', 'destructive']],
  ])('permits what servers die of only by name, the reference aside: %s', async (_, lines, permissions) => {
    expect(await loadTargets(await folder.write('permissions.yaml', one(...lines)))).toMatchObject([
      { permissions },
    ]);
  });

  it('fills in defaults: a server that runs already is only read', async () => {
    const [shop] = await loadTargets(await folder.write('host.yaml', one(...HOST)));
    expect(shop).toMatchObject({
      name: 'shop',
      driver: 'host',
      domain: 'example.test',
      hostname: '192.0.2.25',
      permissions: ['safe'],
      isDefault: true,
      settings: {
        connections: 4,
        timing: { replyMs: 60_000, quietMs: 2_000, slackMs: 120_000, outboundMs: 30_000, retryAfterMs: [] },
      },
    });
  });

  it('takes one service for the roles of a compose project that are plain ports', async () => {
    const lines = [...COMPOSE.slice(0, 4), 'service: mail', 'roles: { mx: 25 }'];
    const [shop] = await loadTargets(await folder.write('compose-target.yaml', one(...lines)));
    expect(shop?.settings).toMatchObject({
      file: ['compose.yaml'],
      service: 'mail',
      roles: { mx: 25 },
      lab: true,
    });
  });

  it('is plain data, which can be handed to another thread', async () => {
    const [shop] = await loadTargets(await folder.write('container.yaml', one(...CONTAINER)));
    expect(structuredClone(shop)).toEqual(shop);
  });

  it('names a lab in the open by its address, a token elsewhere, and one way to know it', async () => {
    const lab = (...fields: string[]) =>
      problemsOf(one(...HOST, 'dns: system', `lab: { ${fields.join(', ')} }`));
    const [url, token] = ['url: "https://192.0.2.10:8443"', 'token: env:LAB_TOKEN'];
    const fingerprint = `fingerprint: "${'AB:'.repeat(31)}AB"`;
    expect(await lab(url, token, fingerprint)).toEqual(['no error']);
    expect(await lab(url, token, 'ca: { file: lab.pem }')).toEqual(['no error']);
    expect(await lab(url, token)).toEqual([expect.stringContaining('either fingerprint or ca')]);
    expect(await lab('url: "http://192.0.2.10"', token, fingerprint)).toEqual([
      expect.stringContaining('an address such as https://lab.example.org:8443'),
    ]);
    expect(await lab(url, 'token: secret', fingerprint)).toEqual([
      expect.stringContaining('env:NAME or file:path'),
    ]);
    expect(await problemsOf(one(...HOST, `lab: { ${url}, ${token}, ${fingerprint} }`))).toEqual([
      expect.stringContaining('say by "dns:" whom to ask'),
    ]);
  });

  it('does not let keys reach the prototype of objects', async () => {
    expect(await problemsOf(one(...HOST, '__proto__: { polluted: true }'))).toEqual([
      'T:8:5: Unknown key "__proto__" in target shop; known here: driver, address, mail-domain, host-name, roles, accounts, trust-anchor, port-25-control, dns, lab, audited-from, connections, pace, permissions, authority, contact, claims, conformance-statement, timing, expect.',
    ]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('of this project is valid, and audits the reference where no target is named', async () => {
    const file = relative('.', fileURLToPath(new URL('../../targets.yaml', import.meta.url)));
    const targets = await loadTargets(file);
    expect(targets.filter(({ isDefault }) => isDefault).map(({ name }) => name)).toEqual(['reference']);
    const variant = targets.find(({ name }) => name === 'postfix-dovecot-no-starttls');
    expect(variant?.settings).toMatchObject({
      build: { context: 'harness/images/postfix-dovecot', args: { DEFECT: 'no-starttls' } },
      accounts: [{ address: 'alice@example.test' }, { address: 'bob@example.test' }],
    });
  });
});
