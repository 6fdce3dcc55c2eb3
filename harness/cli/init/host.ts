import { visible } from '../../evidence/visible.ts';
import { ROLES } from '../../model/roles.ts';
import { isLoopback } from '../../wire/loopback-address.ts';
import type { Look } from '../look/look.ts';
import { greetedName, suggestedNames, targetNameFor } from '../look/names.ts';
import { rolesOf } from '../look/roles.ts';
import type { Draft } from './written.ts';

/** What is known of a host by its greetings. */
export function draftOfHost(address: string, looks: readonly Look[]): Draft {
  const greeted = greetedName(looks);
  const byGreeting = suggestedNames(greeted?.name ?? null);
  const byAddress = suggestedNames(address);
  const name = byGreeting.hostName ?? byAddress.hostName;
  const domain = byGreeting.mailDomain ?? byAddress.mailDomain;
  const from =
    byGreeting.hostName === null ? 'By the name of the host' : `By the greeting of port ${greeted?.port}`;
  return {
    by: `mailspec init --host ${visible(address)}`,
    name: targetNameFor(address),
    settings: { driver: 'host', address },
    hostName: { value: name, from: name === null ? 'No greeting has it.' : from },
    mailDomain: {
      value: domain,
      from:
        domain === null ? 'No greeting suggests it.' : `${from}; correct it where addresses end otherwise`,
    },
    ...rolesOf(looks),
    choices: [
      {
        sentence:
          'Name the resolver to ask, "system" or { address: … }, where the records of the mail domain are to be judged too: SPF, DKIM, DMARC, MX, TLSA, MTA-STS.',
        line: 'dns: system',
      },
      {
        sentence:
          'Say how the server sees this machine: outside, as any stranger; inside, at an address that it trusts and relays for.',
        line: 'audited-from: outside',
      },
    ],
    isDisposable: false,
    remarks: [
      'The server is a real one: without "permissions", checks only read. "permissions: [safe, sends-mail]" lets them hand over mail too; "authority" says then who allowed it, and "contact" whom its people can ask.',
      ...blockedPort25(address, looks),
      'Tried were one connection to each of the seven ports, the greeting and QUIT or LOGOUT; logins, recipients and certificates were not.',
    ],
  };
}

/** From inside, a network that blocks port 25 looks like a closed port of the server. */
function blockedPort25(address: string, looks: readonly Look[]): string[] {
  if (isLoopback(address)) return [];
  const at25 = looks.find(({ port }) => port === ROLES.mx.port);
  if (!at25 || at25.greeting) return [];
  return [
    'Many networks block port 25 on its way out, so the server may have an mx all the same: "port-25-control" names a server of yours that is known to answer there.',
  ];
}
