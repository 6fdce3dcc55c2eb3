import type { Lab, LabDns } from '../check/lab.ts';
import { arrivedMessage, matches } from './arrived.ts';
import { ask } from './ask.ts';
import { awaitMessage } from './await-message.ts';
import type { CheckScope } from './check-lab.ts';
import { forgedDomain, namesOf, recipientDomain, SINK } from './names.ts';
import { isToldToSmarthost } from './smarthost-sessions.ts';

type CheckMail = Pick<Lab, 'externalRecipient' | 'forgedSender' | 'messages' | 'waitForMessage'>;

/** Recipients and forged senders whose mail comes to the sink, and what came for this check. */
export function openCheckMail(scope: CheckScope, dns: LabDns): CheckMail {
  const { mocks, access, nonce, signal } = scope;
  const { top, sink } = namesOf(access);
  const recipients = recipientDomain(nonce, top);
  const networks = new Set([...access.vantages, ...access.elsewhere].map(({ network }) => network));
  const published = new Map<string, Promise<void>>();
  const publish = (domain: string): Promise<void> => {
    const present = published.get(domain);
    if (present) return present;
    const fresh = dns.publish(domain, [
      { name: domain, type: 'MX', data: { preference: 10, exchange: sink } },
      // A sender whose domain has no address or no policy is refused by some servers for that alone.
      { name: domain, type: 'A', data: access.addresses.sink },
      {
        name: domain,
        type: 'TXT',
        data: [`v=spf1 ${[...networks].map((one) => `ip4:${one}`).join(' ')} ~all`],
      },
    ]);
    published.set(domain, fresh);
    return fresh;
  };
  const address = async (localPart: string, token: string, domain: string) => {
    if (!/^[A-Za-z0-9-]+$/.test(token))
      throw new Error(`A token is letters, digits and hyphens, found "${token}".`);
    await publish(domain);
    return `${localPart}-${token}@${domain}`;
  };
  /** Every recipient that the lab gives out carries the nonce. */
  const ownMail = { server: SINK, recipient: nonce };

  return {
    externalRecipient: (token) => address('ext', token, recipients),
    forgedSender: (token) => address('forged', token, forgedDomain(nonce, top)),
    async messages(sought = {}) {
      const { entries } = await ask('list messages', signal, () => mocks.smtp.messages(ownMail));
      return entries.map(arrivedMessage).filter((message) => matches(message, sought));
    },
    waitForMessage: ({ withinMs, ...sought }) =>
      awaitMessage(scope, {
        withinMs,
        key: `${SINK} ${JSON.stringify(sought)}`,
        next: (cursor, ended) => mocks.smtp.waitForMessage({ ...ownMail, ...cursor }, ended),
        all: async () => (await mocks.smtp.messages(ownMail)).entries,
        accepts: (message) => matches(message, sought),
        isUnderWay: async () =>
          (await dns.queries({ name: recipients, below: true })).length > 0 ||
          (await isToldToSmarthost(scope, recipients)),
        absence: `no ${sought.kind ?? 'message'} came`,
      }),
  };
}
