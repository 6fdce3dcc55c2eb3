import { z } from 'zod';
import { text, yesOrNo } from '../model/fields.ts';
import { checkHandedOver, checkLabUse } from './container-rules.ts';
import { dnsRecordsOfServices } from './dns-records.ts';
import {
  account,
  accounts,
  fileService,
  path,
  port,
  roles,
  secretOrGenerate,
  serviceName,
  variableName,
} from './fields.ts';
import { MADE_FOR_A_RUN } from './made-for-a-run.ts';

const NO_SERVICE = 'has no service: name one here, or one for the whole target as "service".';

/** A target of several containers, described by a compose file. */
export const compose = z
  .strictObject({
    driver: z.literal('compose'),
    ...MADE_FOR_A_RUN,
    file: z
      .union([path, z.array(path).min(1)], { error: 'a path, or a list of paths' })
      .transform((given) => (typeof given === 'string' ? [given] : given))
      .describe('Compose file, relative to this one; of several, the later ones override the earlier.'),
    profiles: z
      .array(text(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'the name of a profile'), { error: 'a list of profiles' })
      .default([])
      .describe('Profiles of the compose file that are to be active.'),
    service: serviceName
      .exactOptional()
      .describe('Service that serves the roles which name none, and holds the files which name none.'),
    env: z
      .record(variableName, z.string({ error: 'text, in quotes if need be' }), { error: 'a mapping' })
      .default({})
      .describe(
        'Variables that the compose file uses, as $NAME or as names in "environment". env:NAME, file:path and account:<address> stand for secrets, lab:resolver for the address of the name server of the lab, lab:trust-anchor for the DS record of its root, lab:authority for the certificate (PEM) behind the servers of the lab, lab:smarthost, lab:smarthost-address, lab:smarthost-port, lab:smarthost-user and lab:smarthost-password for name, address, port and login of the relay host where one is claimed; text:… is taken as it is.',
      ),
    roles: roles(
      z.union([port, z.strictObject({ service: serviceName.exactOptional(), port })], {
        error: 'a port number, or a mapping with service and port',
      }),
    ),
    accounts: accounts(account(secretOrGenerate, 'compose-account')),
    'trust-anchor': z
      .strictObject({
        file: path.exactOptional().describe('PEM file, relative to this one.'),
        service: fileService,
        'container-path': text(/^\//, 'an absolute path in the container')
          .exactOptional()
          .describe('PEM file in the container of a service, read once every role has greeted.'),
      })
      .refine(
        ({ file, service, 'container-path': inside }) =>
          (file === undefined) !== (inside === undefined) && (file === undefined || service === undefined),
        { error: 'a mapping with either file, or container-path and service' },
      )
      .exactOptional()
      .describe('Authority behind the certificates of the target.'),
    lab: yesOrNo
      .default(true)
      .describe(
        'A sidecar with DNS, receiving servers and other client addresses, for every service. Networks of the project are closed to the outside then; services find one another by name, and everything else at the name server of the lab.',
      ),
    dns: dnsRecordsOfServices,
  })
  .superRefine((given, issues) => {
    checkLabUse(given, issues);
    checkHandedOver(given, issues, 'The project');
    if (given.service !== undefined) return;
    const demandService = (at: PropertyKey[], what: string) =>
      issues.addIssue({ code: 'custom', path: at, message: `${what} ${NO_SERVICE}` });
    for (const [role, value] of Object.entries(given.roles)) {
      if (typeof value === 'number' || value.service === undefined)
        demandService(['roles', role], `The role ${role}`);
    }
    const anchor = given['trust-anchor'];
    if (anchor?.['container-path'] !== undefined && anchor.service === undefined)
      demandService(['trust-anchor'], 'The file of the trust anchor');
    given.dns.forEach((record, index) => {
      if (record.type === 'TXT' && record['container-path'] !== undefined && record.service === undefined)
        demandService(['dns', index], `The file of the record ${record.name}`);
    });
  })
  .meta({
    id: 'compose',
    description: 'The containers of a compose project, made for the run and removed after it.',
  });
