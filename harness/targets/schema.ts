import { z } from 'zod';
import { type Duration, milliseconds } from '../check/duration.ts';
import { FAULT_NAMES } from '../reference/faults.ts';

/**
 * What a targets file may say. The text behind `error` completes the sentence "… must be …";
 * refinements give whole sentences. Descriptions reach editors through `targets.schema.json`.
 */

const LONGEST_WAIT_MS = 3_600_000;

function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error });
}

function wholeNumber(from: number, to: number) {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

const yesOrNo = z.boolean({ error: 'true or false' });
const path = text(/./, 'a path');

/** A wait as `8s`, `250ms` or `15m`; milliseconds once read. */
const wait = text(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration such as 8s, 250ms or 15m')
  .refine((written) => milliseconds(written as Duration) <= LONGEST_WAIT_MS, { error: 'an hour at most' })
  .transform((written) => milliseconds(written as Duration));

const targetName = text(
  /^[a-z0-9]+(-[a-z0-9]+)*$/,
  'the name of a target: lower-case letters, digits and single hyphens',
);
const variableName = text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');
const hostName = text(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
  'a host name such as mail.example.test',
);
const mailDomain = text(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
  'a domain such as example.test',
).describe('Mail domain that the target serves.');
const address = text(/^[^\s@]+@[^\s@]+$/, 'an address such as alice@example.test');

const HOW_TO_GIVE_A_SECRET = 'env:NAME or file:path (a secret never stands in this file itself)';
const secret = text(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, HOW_TO_GIVE_A_SECRET).describe(
  'env:NAME takes it from the environment, file:path from a file (relative to this one).',
);
const secretOrGenerate = text(
  /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|generate)$/,
  `generate, ${HOW_TO_GIVE_A_SECRET}`,
).describe(
  'env:NAME takes it from the environment, file:path from a file (relative to this one); generate makes a new one for every run, which `env` hands to the container as account:<address>.',
);

function account<Password extends z.ZodType>(password: Password, id: string) {
  return z
    .strictObject({
      address,
      login: text(/./, 'a login name')
        .exactOptional()
        .describe('Login name where it differs from the address.'),
      password,
      disposable: yesOrNo
        .default(false)
        .describe('Made for audits: failed logins and a lockout of it harm nobody.'),
      'allow-cleartext-secret': yesOrNo
        .default(false)
        .describe('The right password may travel without TLS; needs disposable: true.'),
    })
    .superRefine((given, issues) => {
      if (given['allow-cleartext-secret'] && !given.disposable) {
        issues.addIssue({
          code: 'custom',
          path: ['allow-cleartext-secret'],
          message: 'Only a disposable account may show its password on the wire; add "disposable: true".',
        });
      }
    })
    .meta({ id });
}

function accounts<Account extends z.ZodType<{ address: string }>>(one: Account) {
  return z
    .array(one, { error: 'a list of accounts' })
    .superRefine((given, issues) => {
      given.forEach((entry, index) => {
        if (given.findIndex((other) => other.address === entry.address) < index) {
          issues.addIssue({
            code: 'custom',
            path: [index, 'address'],
            message: `The account ${entry.address} is declared twice.`,
          });
        }
      });
    })
    .default([])
    .describe('Mailboxes that the audit may use; the first one is used most.');
}

function roles<Endpoint extends z.ZodType>(endpoint: Endpoint) {
  return z
    .strictObject({
      mx: endpoint.exactOptional(),
      submission: endpoint.exactOptional(),
      submissions: endpoint.exactOptional(),
      pop3: endpoint.exactOptional(),
      pop3s: endpoint.exactOptional(),
      imap: endpoint.exactOptional(),
      imaps: endpoint.exactOptional(),
    })
    .refine((given) => Object.keys(given).length > 0, { error: 'a mapping of at least one role to its port' })
    .describe('What the target serves, and on which port.');
}

const claims = z
  .strictObject({
    'public-mx': yesOrNo.default(false).describe('The mx role is a publicly referenced MX of the domain.'),
    'submission-requires-tls': yesOrNo
      .default(false)
      .describe('Submission refuses everything but EHLO, NOOP, QUIT and STARTTLS before TLS.'),
    'mx-requires-tls': yesOrNo.default(false).describe('The mx role refuses mail without TLS on purpose.'),
    'proxy-logins': z
      .array(text(/./, 'an authorization identity'), { error: 'a list of authorization identities' })
      .default([])
      .describe('Authorization identities that the first account may assume.'),
  })
  .meta({ id: 'claims', description: 'What the operator states about the target; checks judge against it.' });

const TIMING = { reply: '10s', quiet: '300ms', slack: '0s' };

function timing(defaults: typeof TIMING) {
  return z
    .strictObject({
      reply: wait.prefault(defaults.reply).describe('Deadline of one reply.'),
      quiet: wait.prefault(defaults.quiet).describe('How long to listen for octets that nobody asked for.'),
      slack: wait
        .prefault(defaults.slack)
        .describe('Added to the time of every check, for tarpits and slow networks.'),
      'retry-after': z
        .array(wait, { error: 'a list of durations' })
        .default([])
        .describe('Pauses before a temporary refusal (4yz) is tried again; empty: not at all.'),
    })
    .describe('Waits, as 250ms, 8s or 15m.');
}

const SAFETIES = ['safe', 'sends-mail', 'intrusive'] as const;

function permissions(granted: (typeof SAFETIES)[number][]) {
  return z
    .array(z.enum(SAFETIES, { error: 'one of safe, sends-mail, intrusive' }), {
      error: 'a list of safe, sends-mail, intrusive',
    })
    .default(granted)
    .describe('What checks may do: safe (reads), sends-mail, intrusive (failed logins, load).');
}

const connections = wholeNumber(1, 1000).describe('Most connections open to the target at the same time.');
const expect = path
  .exactOptional()
  .describe('File with the verdicts that an audit of this target must reach; used by tests.');
const port = wholeNumber(1, 65_535);

const reference = z
  .strictObject({
    driver: z.literal('reference'),
    faults: z
      .array(z.enum(FAULT_NAMES, { error: 'the name of a fault' }), { error: 'a list of faults' })
      .default([])
      .describe('Ways in which the server misbehaves.'),
    without: z
      .array(text(/./, 'the name of a capability'), { error: 'a list of capabilities' })
      .default([])
      .describe('Capabilities that the server does not have.'),
    connections: connections.exactOptional(),
    permissions: permissions([...SAFETIES]),
    expect,
  })
  .meta({ id: 'reference', description: 'The server of this project itself, in process on loopback.' });

const build = z
  .strictObject(
    {
      context: path.describe('Folder with the Dockerfile, relative to this file.'),
      dockerfile: path.default('Dockerfile').describe('Name of the Dockerfile within the folder.'),
      args: z
        .record(variableName, z.string({ error: 'text, in quotes if need be' }), { error: 'a mapping' })
        .default({})
        .describe('Values of the ARG instructions.'),
    },
    { error: 'a mapping with context' },
  )
  .describe('Builds the image; instead of `image`.');

const container = z
  .strictObject({
    driver: z.literal('container'),
    image: text(/^\S+$/, 'the name of an image').exactOptional().describe('Image to run; pulled if missing.'),
    build: build.exactOptional(),
    env: z
      .record(variableName, z.string({ error: 'text, in quotes if need be' }), { error: 'a mapping' })
      .default({})
      .describe(
        'Environment of the container. env:NAME, file:path and account:<address> stand for secrets; text:… is taken as it is.',
      ),
    files: z
      .array(
        z.strictObject({
          from: path.describe('File or folder, relative to this file.'),
          to: text(/^\//, 'an absolute path in the container'),
        }),
        { error: 'a list of {from, to}' },
      )
      .default([])
      .describe('Files to copy into the container before it starts.'),
    'mail-domain': mailDomain,
    'host-name': hostName.describe('Name that users configure and certificates carry.'),
    roles: roles(port),
    accounts: accounts(account(secretOrGenerate, 'container-account')),
    'trust-anchor': z
      .strictObject({
        file: path.exactOptional().describe('PEM file, relative to this one.'),
        'container-path': text(/^\//, 'an absolute path in the container')
          .exactOptional()
          .describe('PEM file in the container, read once every role has greeted.'),
      })
      .refine((given) => Object.keys(given).length === 1, {
        error: 'a mapping with either file or container-path',
      })
      .exactOptional()
      .describe('Authority behind the certificates of the target.'),
    limits: z
      .strictObject({
        memory: text(/^[1-9]\d*[MG]$/, 'an amount of memory such as 512M or 1G').exactOptional(),
        cpus: z
          .number({ error: 'a number of processors' })
          .positive({ error: 'a number of processors' })
          .exactOptional(),
      })
      .default({})
      .describe('Most that the container may use.'),
    'start-timeout': wait.prefault('60s').describe('Time until every role must have greeted.'),
    connections: connections.default(20),
    permissions: permissions([...SAFETIES]),
    claims: claims.prefault({}),
    timing: timing(TIMING).prefault({}),
    expect,
  })
  .superRefine((given, issues) => {
    if ((given.image === undefined) === (given.build === undefined)) {
      issues.addIssue({
        code: 'custom',
        path: given.build ? ['build'] : [],
        message: 'A container has either "image" or "build".',
      });
    }
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
          message: `The container never learns this generated password; hand it over in "env" as account:${one.address}.`,
        });
      }
    });
  })
  .meta({ id: 'container', description: 'A container, made for the run and removed after it.' });

const host = z
  .strictObject({
    driver: z.literal('host'),
    address: text(/^[^\s/]+$/, 'a host name or an IP address').describe('Where to connect to.'),
    'mail-domain': mailDomain,
    'host-name': hostName
      .exactOptional()
      .describe('Name that users configure and certificates carry; the address where it is left out.'),
    roles: roles(
      z.union(
        [
          port,
          z.strictObject({ port, host: text(/^[^\s/]+$/, 'a host name or an IP address').exactOptional() }),
        ],
        { error: 'a port number, or a mapping with port and host' },
      ),
    ),
    accounts: accounts(account(secret, 'host-account')),
    'trust-anchor': z
      .strictObject({ file: path.describe('PEM file, relative to this one.') })
      .exactOptional()
      .describe('Authority behind the certificates of the target, where it is not a public one.'),
    connections: connections.default(4),
    permissions: permissions(['safe']),
    claims: claims.prefault({}),
    timing: timing({ reply: '30s', quiet: '500ms', slack: '10s' }).prefault({}),
    expect,
  })
  .meta({
    id: 'host',
    description: 'A server that runs already. It is real: without permissions, checks only read.',
  });

export const targetsFileSchema = z.strictObject(
  {
    version: z.literal(1, { error: '1' }).describe('Version of this format.'),
    default: z
      .array(targetName, { error: 'a list of names of targets' })
      .min(1, { error: 'a list of at least one target' })
      .exactOptional()
      .describe('Targets to audit where the command line names none.'),
    targets: z
      .record(
        targetName,
        z.discriminatedUnion('driver', [reference, container, host], { error: 'a mapping' }),
        {
          error: 'a mapping of names to targets',
        },
      )
      .refine((given) => Object.keys(given).length > 0, { error: 'a mapping of at least one target' })
      .describe('The targets by name.'),
  },
  { error: 'a mapping with version and targets' },
);

export type ReferenceSettings = z.output<typeof reference>;
export type ContainerSettings = z.output<typeof container>;
export type HostSettings = z.output<typeof host>;
/** One target as written in the file, defaults filled in, waits in milliseconds. */
export type TargetSettings = ReferenceSettings | ContainerSettings | HostSettings;
export type ClaimSettings = z.output<typeof claims>;
export type TimingSettings = ContainerSettings['timing'];

/** The schema for editors, draft 7. */
export function targetsFileJsonSchema(): string {
  const schema = z.toJSONSchema(targetsFileSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
