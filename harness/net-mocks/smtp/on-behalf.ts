import type { MailRoute } from '../dns/mail-route.ts';
import type { Journal } from '../journal/journal.ts';
import type { ReceivedMessage, SmtpSession } from './capture.ts';
import type { Occasion, Reply, RuleSettings } from './rules.ts';
import { writeReply } from './rules.ts';

/** A receiving server for which a relay host answers in one of its sessions. */
export interface Represented {
  name: string;
  /** The rule of its script for an occasion; counts it as used. */
  rule: (occasion: Occasion) => RuleSettings | undefined;
  /** Where its sessions and messages are written down; where those of the server are that answers when absent. */
  records?: Records;
}

/** The common record of the servers of one exchange. */
export interface Records {
  sessions: Journal<SmtpSession>;
  messages: Journal<ReceivedMessage>;
}

/** The server that a recipient belongs to, or why nobody takes mail for it. */
export type Destination = { server: Represented } | { refusal: Reply };

/** What a relay host must know of the others. */
export interface Neighbours {
  route(domain: string): MailRoute;
  /** The server that listens at an address, with fresh counters for one session. */
  serverAt(address: string): Represented | undefined;
}

/**
 * Finds for each recipient of one session of a relay host the server that its mail is for. What would go nowhere is
 * refused at once, as hosts that look ahead do, so that the sender learns what it would learn without the host.
 */
export function createDestinations({ route, serverAt }: Neighbours): (address: string) => Destination {
  const known = new Map<string, Represented>();
  const at = (address: string): Represented | undefined => {
    const found = serverAt(address);
    if (found === undefined) return undefined;
    const before = known.get(found.name) ?? found;
    known.set(before.name, before);
    return before;
  };
  return (address) => {
    const domain = /@([^@]+)$/.exec(address)?.[1];
    if (domain === undefined) return { refusal: writeReply(550, ['5.1.3 A relay host needs a domain']) };
    const found = route(domain.toLowerCase());
    if (found.kind === 'null-mx')
      return { refusal: writeReply(556, ['5.1.10 The domain takes no mail (null MX)']) };
    if (found.kind === 'nowhere')
      return { refusal: writeReply(550, ['5.1.2 Nobody is known to take mail for the domain']) };
    for (const one of found.addresses) {
      const server = at(one);
      if (server !== undefined) return { server };
    }
    return { refusal: writeReply(550, ['5.4.6 The relay host does not bring mail there']) };
  };
}
