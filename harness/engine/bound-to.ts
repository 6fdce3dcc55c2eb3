import type { Services } from '../check/services.ts';
import type { Role } from '../model/roles.ts';
import { inMailbox, returnedMail } from '../steps/in-mailbox.ts';
import { offer } from '../steps/offer.ts';

/** The services where another role is meant unless one is named. */
export function boundTo(services: Services, role: Role): Services {
  const bound: Services = {
    ...services,
    role,
    smtp: (options) => services.smtp({ role, ...options }),
    pop3: (options) => services.pop3({ role, ...options }),
    imap: (options) => services.imap({ role, ...options }),
    connect: (options) => services.connect({ role, ...options }),
    offer: (offering) => offer(bound, offering),
    inMailbox: (sought) => inMailbox(bound, sought),
    returnedMail: (sought) => returnedMail(bound, sought),
  };
  return bound;
}
