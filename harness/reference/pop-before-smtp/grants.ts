import type { FaultName } from '../../model/faults.ts';
import type { Directory, ReferenceAccount } from '../accounts.ts';
import type { PopBeforeSmtp } from '../options.ts';

/** A client of a mailbox service. */
export interface MailboxClient {
  readonly protocol: 'pop3' | 'imap';
  /** The address that the service takes it to come from. */
  readonly address: string;
  /** It talks inside TLS. */
  readonly secured: boolean;
}

/**
 * POP before SMTP (RFC 6409 §3.3): a mailbox login lets the address it came from send mail to other
 * domains for a while, in the name of the account. Asked when needed, so that no timer is left behind.
 */
export interface RelayGrants {
  connected(client: MailboxClient): void;
  loggedIn(client: MailboxClient, account: ReferenceAccount): void;
  loginFailed(client: MailboxClient): void;
  /** Whether mail may leave for somebody at this address, of this sender if it is known yet. */
  permits(address: string, sender?: string): boolean;
}

/** What the feature is where a fault needs it and the options do not have it. */
const BY_FAULT: PopBeforeSmtp = { windowMs: 3_000 };
/** The window that nobody has declared. */
const UNDECLARED: PopBeforeSmtp = { windowMs: 60_000, imap: true };
const LONGER = 4;

const NEED_THE_FEATURE: readonly FaultName[] = [
  'pop-before-smtp-never-expires',
  'pop-before-smtp-longer-than-declared',
  'pop-before-smtp-refreshed-by-smtp',
  'pop-before-smtp-opened-by-failed-login',
  'pop-before-smtp-opened-by-connection',
  'pop-before-smtp-opened-by-cleartext-login',
  'pop-before-smtp-grants-network',
  'pop-before-smtp-takes-any-sender',
  'pop-before-smtp-believes-asserted-address',
];

/** The feature as the operator would declare it; undefined where the server does not offer it. */
export function declaredFeature(
  option: PopBeforeSmtp | undefined,
  faulty: (fault: FaultName) => boolean,
): PopBeforeSmtp | undefined {
  return option ?? (NEED_THE_FEATURE.some(faulty) ? BY_FAULT : undefined);
}

/** @param now a clock in milliseconds */
export function createRelayGrants(options: {
  readonly feature: PopBeforeSmtp | undefined;
  readonly faulty: (fault: FaultName) => boolean;
  readonly directory: Directory;
  readonly now?: () => number;
}): RelayGrants {
  const { faulty, directory, now = () => performance.now() } = options;
  const opensByPop3 =
    options.feature !== undefined ||
    faulty('pop3-login-opens-relay') ||
    faulty('pop3-login-opens-submission');
  const opensByImap = (options.feature?.imap ?? false) || faulty('imap-login-opens-relay');
  const { windowMs } = options.feature ?? UNDECLARED;
  const lastsMs = faulty('pop-before-smtp-never-expires')
    ? Number.POSITIVE_INFINITY
    : windowMs * (faulty('pop-before-smtp-longer-than-declared') ? LONGER : 1);
  const grants = new Map<string, { readonly account: ReferenceAccount | undefined; since: number }>();

  const keyOf = (address: string) =>
    faulty('pop-before-smtp-grants-network') ? address.slice(0, address.lastIndexOf('.')) : address;
  const open = ({ address }: MailboxClient, account: ReferenceAccount | undefined) =>
    void grants.set(keyOf(address), { account, since: now() });

  return {
    connected(client) {
      if (faulty('pop-before-smtp-opened-by-connection')) open(client, undefined);
    },
    loggedIn(client, account) {
      const inClear = !client.secured && faulty('pop3-login-in-clear-opens-relay');
      if (client.protocol === 'pop3' && inClear) open(client, account);
      const opens = client.protocol === 'imap' ? opensByImap : opensByPop3;
      // Who opens a window without saying so does not look at the channel either.
      const counts =
        client.secured || !options.feature || faulty('pop-before-smtp-opened-by-cleartext-login');
      if (opens && counts) open(client, account);
    },
    loginFailed(client) {
      if (faulty('pop-before-smtp-opened-by-failed-login')) open(client, undefined);
    },
    permits(address, sender) {
      const grant = grants.get(keyOf(address));
      if (!grant || now() - grant.since > lastsMs) return false;
      const own =
        sender === undefined || grant.account === undefined || directory.find(sender) === grant.account;
      if (!own && !faulty('pop-before-smtp-takes-any-sender')) return false;
      if (faulty('pop-before-smtp-refreshed-by-smtp')) grant.since = now();
      return true;
    },
  };
}
