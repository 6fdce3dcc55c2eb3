/** What an endpoint of a target is for, with the port and TLS mode its registration gives it (RFC 8314 §7). */
export const ROLES = {
  mx: { protocol: 'smtp', port: 25, tls: 'upgrade' },
  submission: { protocol: 'smtp', port: 587, tls: 'upgrade' },
  submissions: { protocol: 'smtp', port: 465, tls: 'implicit' },
  pop3: { protocol: 'pop3', port: 110, tls: 'upgrade' },
  pop3s: { protocol: 'pop3', port: 995, tls: 'implicit' },
  imap: { protocol: 'imap', port: 143, tls: 'upgrade' },
  imaps: { protocol: 'imap', port: 993, tls: 'implicit' },
} as const satisfies Record<string, RoleFacts>;

export interface RoleFacts {
  readonly protocol: Protocol;
  readonly port: number;
  /** `upgrade`: cleartext first, TLS by STARTTLS or STLS; `implicit`: TLS from the first octet. */
  readonly tls: 'upgrade' | 'implicit';
}

export type Protocol = 'smtp' | 'pop3' | 'imap';
export type Role = keyof typeof ROLES;

/** Every role, in the order in which reports list them. */
export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];
