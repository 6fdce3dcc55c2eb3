import { z } from 'zod';
import { CLIENT_ADDRESSES } from '../model/client-addresses.ts';
import { address, text, yesOrNo } from '../model/fields.ts';
import type { Safety } from '../model/levels.ts';
import { SLUG } from '../model/slug.ts';

/** What the drivers of a targets file have in common; the words of errors are explained in the fields of the model. */

export function wholeNumber(from: number, to: number) {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

export const path = text(/./, 'a path');
export const targetName = text(SLUG, 'the name of a target: lower-case letters, digits and single hyphens');
export const variableName = text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');
export const serviceName = text(/^[A-Za-z0-9._-]+$/, 'the name of a service');
export const fileService = serviceName
  .exactOptional()
  .describe('Service whose container holds the file; `service` of the target where it is left out.');
export const hostName = text(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
  'a host name such as mail.example.test',
);

const HOW_TO_GIVE_A_SECRET = 'env:NAME or file:path (a secret never stands in this file itself)';
export const secret = text(
  /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
  `${HOW_TO_GIVE_A_SECRET}; only a server that is made for the run can be given a generated one`,
).describe('env:NAME takes it from the environment, file:path from a file (relative to this one).');
export const secretOrGenerate = text(
  /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|generate)$/,
  `generate, ${HOW_TO_GIVE_A_SECRET}`,
).describe(
  'env:NAME takes it from the environment, file:path from a file (relative to this one); generate makes a new one for every run, which `env` hands to the container as account:<address>.',
);

export function account<Password extends z.ZodType>(password: Password, id: string) {
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

export function accounts<Account extends z.ZodType<{ address: string }>>(one: Account) {
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

export function roles<Endpoint extends z.ZodType>(endpoint: Endpoint) {
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

export const SURVIVED = ['safe', 'sends-mail', 'intrusive'] as const;
export const SAFETIES = [...SURVIVED, 'destructive'] as const;

/**
 * @param granted what is permitted where nothing is said
 * @param grantable what can be permitted at all
 */
export function permissions(granted: readonly Safety[], grantable: readonly Safety[] = SAFETIES) {
  const destructive = grantable.includes('destructive')
    ? ', destructive (what servers are known to die of; by name only)'
    : '';
  return z
    .array(z.enum(grantable, { error: `one of ${grantable.join(', ')}` }), {
      error: `a list of ${grantable.join(', ')}`,
    })
    .default([...granted])
    .describe(`What checks may do: safe (reads), sends-mail, intrusive (failed logins, load)${destructive}.`);
}

export const clientAddresses = z
  .enum(CLIENT_ADDRESSES, { error: `one of ${CLIENT_ADDRESSES.join(', ')}` })
  .default('documentation')
  .describe(
    'Which addresses clients and servers of the lab have: documentation (203.0.113.0/24, 198.51.100.0/24), benchmarking (198.18.0.0/15) for servers that take the former for private ones, as Haraka does, or public (192.88.99.0/24, 192.52.193.0/24, of relays that nobody runs) for servers that deliver to public addresses alone. None of them leads out of the lab.',
  );

export const connections = wholeNumber(1, 1000).describe(
  'Most connections open to the target at the same time.',
);
export const expect = path
  .exactOptional()
  .describe('File with the verdicts that an audit of this target must reach; used by tests.');
export const port = wholeNumber(1, 65_535);
