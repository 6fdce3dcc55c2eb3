import { z } from 'zod';
import { authenticationClaim } from '../model/authentication-claim.ts';
import { blockListClaim } from '../model/block-list-claim.ts';
import { CLIENT_ADDRESSES } from '../model/client-addresses.ts';
import { type Duration, milliseconds } from '../model/duration.ts';
import { forwardingClaim } from '../model/forwarding-claim.ts';
import type { Safety } from '../model/levels.ts';

/**
 * What the drivers of a targets file have in common. The text behind `error` completes the sentence
 * "… must be …"; refinements give whole sentences. Descriptions reach editors through
 * `targets.schema.json`.
 */

const LONGEST_WAIT_MS = 3_600_000;

export function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error });
}

export function wholeNumber(from: number, to: number) {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

export const yesOrNo = z.boolean({ error: 'true or false' });
export const path = text(/./, 'a path');

/** A wait as `8s`, `250ms` or `15m`; milliseconds once read. */
export const wait = duration(LONGEST_WAIT_MS, 'an hour at most');

function duration(longestMs: number, error: string) {
  return text(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration such as 8s, 250ms or 15m')
    .refine((written) => milliseconds(written as Duration) <= longestMs, { error })
    .transform((written) => milliseconds(written as Duration));
}

export const targetName = text(
  /^[a-z0-9]+(-[a-z0-9]+)*$/,
  'the name of a target: lower-case letters, digits and single hyphens',
);
export const variableName = text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');
export const serviceName = text(/^[A-Za-z0-9._-]+$/, 'the name of a service');
export const fileService = serviceName
  .exactOptional()
  .describe('Service whose container holds the file; `service` of the target where it is left out.');
export const hostName = text(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
  'a host name such as mail.example.test',
);
export const mailDomain = text(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
  'a domain such as example.test',
).describe('Mail domain that the target serves.');
export const address = text(/^[^\s@]+@[^\s@]+$/, 'an address such as alice@example.test');

const HOW_TO_GIVE_A_SECRET = 'env:NAME or file:path (a secret never stands in this file itself)';
export const secret = text(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, HOW_TO_GIVE_A_SECRET).describe(
  'env:NAME takes it from the environment, file:path from a file (relative to this one).',
);
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

/** A window may be longer than anything that a check waits for. */
const windowLength = duration(604_800_000, 'seven days at most');

const popBeforeSmtp = z
  .strictObject(
    {
      window: windowLength.describe('How long a mailbox login lets its address send mail without AUTH.'),
      granularity: wait
        .prefault('5s')
        .describe('How much later than a login, and than the end of the window, the server may act.'),
      maximum: windowLength
        .prefault('30m')
        .describe('Longest window that the policy of the operator allows.'),
      imap: yesOrNo.default(false).describe('IMAP logins open the window, as POP3 logins do.'),
    },
    { error: 'a mapping with window' },
  )
  .describe('POP before SMTP is offered on purpose; left out: no mailbox login opens the way for mail.');

const outgoingPolicies = z
  .strictObject(
    {
      dnssec: yesOrNo
        .default(false)
        .describe('The resolver of the target validates, with the root of the lab as trust anchor.'),
      dane: yesOrNo.default(false).describe('Outgoing mail obeys DANE (RFC 7672); means dnssec too.'),
      'mta-sts': yesOrNo
        .default(false)
        .describe('Outgoing mail obeys MTA-STS (RFC 8461), with the authority of the lab as trust anchor.'),
      'tls-reports': wait
        .exactOptional()
        .describe('TLS reports (RFC 8460) are sent this long after a delivery at the latest.'),
    },
    { error: 'a mapping of dnssec, dane, mta-sts and tls-reports' },
  )
  .describe('What the target does about the security of its outgoing mail; left out: nothing.');

export const claims = z
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
    'tls-required-destinations': z
      .array(text(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.(test|example)$/, 'a domain below .test or .example'), {
        error: 'a list of domains',
      })
      .default([])
      .describe(
        'Domains to which, and below which, the target sends mail inside TLS only. Checks receive mail in new domains below them, so they lie under a reserved name.',
      ),
    'removes-received': yesOrNo
      .default(false)
      .describe('Submission removes Received fields to protect its users.'),
    'internal-submission': yesOrNo
      .default(false)
      .describe('Submission is for the own network only: it need not be reachable from outside.'),
    dnsbl: blockListClaim.prefault({}),
    op25b: z
      .strictObject({ declared: yesOrNo.describe('Subscribers cannot reach port 25 outside the network.') })
      .prefault({ declared: false })
      .describe('Outbound port 25 blocking of the access network.'),
    'client-records': mailDomain
      .exactOptional()
      .describe('Domain whose SRV records tell mail programs where to go; left out: none does.'),
    'outgoing-policies': outgoingPolicies.exactOptional(),
    'published-policies': mailDomain
      .exactOptional()
      .describe(
        'Domain whose TLSA, MTA-STS and TLSRPT records tell senders what the target promises; left out: none does.',
      ),
    'pop-before-smtp': popBeforeSmtp.exactOptional(),
    'inbound-authentication': authenticationClaim.prefault({}),
    'dmarc-reports': wait
      .exactOptional()
      .describe(
        'Aggregate reports (RFC 9990) are sent this long after a message at the latest; left out: the target is not held to it.',
      ),
    forwards: forwardingClaim.exactOptional(),
    'sender-domains': z
      .array(mailDomain, { error: 'a list of domains' })
      .exactOptional()
      .describe('Domains in whose name the target sends mail; left out: its mail domain.'),
    'non-sending-domains': z
      .array(mailDomain, { error: 'a list of domains' })
      .default([])
      .describe('Domains of the operator in whose name nobody ever sends mail.'),
  })
  .meta({ id: 'claims', description: 'What the operator states about the target; checks judge against it.' });

/** For a target that this machine runs. A loaded machine and a name server that is not there make a good server slow. */
export const TIMING = { reply: '30s', quiet: '500ms', slack: '60s' };

export function timing(defaults: typeof TIMING) {
  return z
    .strictObject({
      reply: wait.prefault(defaults.reply).describe('Deadline of one reply.'),
      quiet: wait.prefault(defaults.quiet).describe('How long to listen for octets that nobody asked for.'),
      slack: wait
        .prefault(defaults.slack)
        .describe('Added to the time of every check, for tarpits and slow networks.'),
      outbound: wait
        .prefault('30s')
        .describe('How long a delivery of the target to a server of the lab may take.'),
      'retry-after': z
        .array(wait, { error: 'a list of durations' })
        .default([])
        .describe('Pauses before a temporary refusal (4yz) is tried again; empty: not at all.'),
      'login-effect': z
        .array(wait, { error: 'a list of durations' })
        .min(1, { error: 'a list of at least one duration' })
        .prefault(['1s', '5s', '15s'])
        .describe('How long after a mailbox login to look for what it opened elsewhere.'),
      autologout: yesOrNo
        .default(false)
        .describe('Wait for the limits of silence on POP3 and IMAP too, which takes up to an hour.'),
    })
    .describe('Waits, as 250ms, 8s or 15m.');
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
    'Which addresses clients in the lab come from: documentation (203.0.113.0/24, 198.51.100.0/24), or benchmarking (198.18.0.0/15) for servers that take the former for private ones, as Haraka does.',
  );

export const connections = wholeNumber(1, 1000).describe(
  'Most connections open to the target at the same time.',
);
export const expect = path
  .exactOptional()
  .describe('File with the verdicts that an audit of this target must reach; used by tests.');
export const port = wholeNumber(1, 65_535);
