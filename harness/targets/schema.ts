import { z } from 'zod';
import { claims, claimsOf, op25bClaim } from '../model/claims.ts';
import { conformanceStatement } from '../model/conformance-statement.ts';
import { FAULT_NAMES } from '../model/faults.ts';
import { mailDomain, text, wait, yesOrNo } from '../model/fields.ts';
import { ROLE_NAMES, type Role } from '../model/roles.ts';
import { SLUG } from '../model/slug.ts';
import { TIMING, timing } from '../model/timing.ts';
import type { ReferenceCapability } from '../reference/options.ts';
import { compose } from './compose-schema.ts';
import { checkHandedOver, checkLabUse } from './container-rules.ts';
import { dnsRecords } from './dns-records.ts';
import {
  account,
  accounts,
  connections,
  expect,
  hostName,
  path,
  permissions,
  port,
  roles,
  SAFETIES,
  SURVIVED,
  secret,
  secretOrGenerate,
  targetName,
  variableName,
} from './fields.ts';
import { authority, contact, pace } from './guest-fields.ts';
import { MADE_FOR_A_RUN } from './made-for-a-run.ts';
import { openLabField } from './open-lab-field.ts';
import { publicDnsField } from './public-dns-field.ts';

/** What a targets file may say; the words of errors are explained in the fields of the model. */

/** Every capability but the roles; a mapping, so that the compiler misses none. */
const CAPABILITIES: Readonly<Record<Exclude<ReferenceCapability, Role>, true>> = {
  'smtp-starttls': true,
  'pop3-stls': true,
  'imap-starttls': true,
  'smtp-auth': true,
  scram: true,
  'channel-binding': true,
  bearer: true,
  'pop3-sasl': true,
  smtputf8: true,
  pipelining: true,
  forwarding: true,
  sealing: true,
};
const CAPABILITY_NAMES = [...Object.keys(CAPABILITIES), ...ROLE_NAMES] as readonly ReferenceCapability[];

const fault = z
  .enum(FAULT_NAMES, { error: 'the name of a fault' })
  .describe(
    'Name of a fault of the reference server; `mailspec explain CODE` names those that a check catches.',
  );

const reference = z
  .strictObject({
    driver: z.literal('reference'),
    faults: z
      .array(fault, { error: 'a list of faults' })
      .default([])
      .describe('Ways in which the server misbehaves.'),
    without: z
      .array(z.enum(CAPABILITY_NAMES, { error: `one of ${CAPABILITY_NAMES.join(', ')}` }), {
        error: 'a list of capabilities',
      })
      .default([])
      .describe('Capabilities that the server does not have.'),
    connections: connections.exactOptional(),
    permissions: permissions(SAFETIES),
    'conformance-statement': conformanceStatement.exactOptional(),
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

function demandImageOrBuild(
  given: { readonly image?: string; readonly build?: unknown },
  issues: z.core.$RefinementCtx,
  message: string,
): void {
  if ((given.image === undefined) !== (given.build === undefined)) return;
  issues.addIssue({ code: 'custom', path: given.build ? ['build'] : [], message });
}

const container = z
  .strictObject({
    driver: z.literal('container'),
    ...MADE_FOR_A_RUN,
    image: text(/^\S+$/, 'the name of an image').exactOptional().describe('Image to run; pulled if missing.'),
    build: build.exactOptional(),
    hostname: hostName
      .exactOptional()
      .describe(
        'What the container calls itself, by which many servers name themselves; where it is left out, the engine takes the id of the container.',
      ),
    env: z
      .record(variableName, z.string({ error: 'text, in quotes if need be' }), { error: 'a mapping' })
      .default({})
      .describe(
        'Environment of the container. env:NAME, file:path and account:<address> stand for secrets, lab:resolver for the address of the name server to use, lab:trust-anchor for the DS record of its root, lab:authority for the certificate (PEM) behind the servers of the lab, lab:smarthost, lab:smarthost-address, lab:smarthost-port, lab:smarthost-user and lab:smarthost-password for name, address, port and login of the relay host where one is claimed; text:… is taken as it is.',
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
    lab: yesOrNo
      .default(true)
      .describe(
        'A sidecar with DNS, receiving servers and other client addresses. The container resolves names there: by what `env` hands over as lab:resolver, else by its engine, which then answers reverse lookups of containers itself.',
      ),
    dns: dnsRecords,
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
  })
  .superRefine((given, issues) => {
    demandImageOrBuild(given, issues, 'A container has either "image" or "build".');
    checkLabUse(given, issues);
    checkHandedOver(given, issues, 'The container');
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
    'port-25-control': z
      .strictObject({
        host: text(/^[^\s/]+$/, 'a host name or an IP address').describe('A server of yours.'),
        port: port.default(25),
      })
      .exactOptional()
      .describe(
        'A server known to answer on port 25. It is contacted only where port 25 of the target cannot be reached, to tell a closed port from a network that blocks outbound port 25; without it such a port leaves checks open.',
      ),
    dns: publicDnsField.exactOptional(),
    lab: openLabField.exactOptional(),
    'audited-from': z
      .enum(['outside', 'inside'], { error: 'outside or inside' })
      .exactOptional()
      .describe(
        'How the target sees this machine: outside, as any stranger on the Internet; inside, at an address that it trusts and relays for (mynetworks). Where it is left out, what such an address is let do decides nothing about strangers as long as it lies near the server.',
      ),
    connections: connections.default(4),
    pace: pace.exactOptional(),
    permissions: permissions(['safe'], SURVIVED),
    authority: authority.exactOptional(),
    contact: contact.exactOptional(),
    claims: claims.prefault({}),
    'conformance-statement': conformanceStatement.exactOptional(),
    timing: timing({ reply: '60s', quiet: '2s', slack: '120s' }).prefault({}),
    expect,
  })
  .superRefine(({ lab, dns }, issues) => {
    if (lab === undefined || dns !== undefined) return;
    const message =
      'A lab in the open knows only its own names; say by "dns:" whom to ask for those of the target.';
    issues.addIssue({ code: 'custom', path: ['lab'], message });
  })
  .meta({
    id: 'host',
    description: 'A server that runs already. It is real: without permissions, checks only read.',
  });

const network = z
  .strictObject({
    driver: z.literal('network'),
    image: text(/^\S+$/, 'the name of an image')
      .exactOptional()
      .describe('Image of the router; pulled if missing.'),
    build: build.exactOptional(),
    ipv6: yesOrNo
      .default(true)
      .describe('Subscribers have IPv6 too; false where the container engine has none.'),
    'start-timeout': wait.prefault('60s').describe('Time until the router must let a subscriber through.'),
    connections: connections.default(20),
    permissions: permissions(SURVIVED, SURVIVED),
    claims: z.strictObject({ op25b: op25bClaim }).transform(claimsOf).prefault({}),
    timing: timing({ ...TIMING, reply: '10s' }).prefault({}),
    expect,
  })
  .superRefine((given, issues) =>
    demandImageOrBuild(given, issues, 'The router of a network has either "image" or "build".'),
  )
  .meta({
    id: 'network',
    description:
      'An access network: a router in a container, a subscriber behind it and servers in front of it.',
  });

export const targetsFileSchema = z.strictObject(
  {
    version: z.literal(1, { error: '1' }).describe('Version of this format.'),
    default: z
      .array(targetName, { error: 'a list of names of targets' })
      .min(1, { error: 'a list of at least one target' })
      .exactOptional()
      .describe('Targets to audit where the command line names none.'),
    suites: z
      .array(text(/./, 'a folder'), { error: 'a list of folders' })
      .exactOptional()
      .describe(
        'Folders with suites of your own, relative to this file: each has a suite.yaml and *.check.ts or .js.',
      ),
    targets: z
      .record(
        targetName,
        z.discriminatedUnion('driver', [reference, container, compose, host, network], {
          error: 'a mapping',
        }),
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
export type ComposeSettings = z.output<typeof compose>;
export type HostSettings = z.output<typeof host>;
export type NetworkSettings = z.output<typeof network>;
/** One target as written in the file, defaults filled in, waits in milliseconds. */
export type TargetSettings =
  | ReferenceSettings
  | ContainerSettings
  | ComposeSettings
  | HostSettings
  | NetworkSettings;

/**
 * The schema for editors, draft 7. The hundreds of faults of the reference server are no business of users:
 * their names are checked when a file is read.
 */
export function targetsFileJsonSchema(): string {
  const schema = z.toJSONSchema(targetsFileSchema, {
    io: 'input',
    target: 'draft-7',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema !== fault) return;
      delete jsonSchema.enum;
      jsonSchema.pattern = SLUG.source;
    },
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
