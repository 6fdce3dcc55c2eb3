/**
 * Names for `resources` that checks of different suites must spell alike. A maildrop belongs to one
 * POP3 session at a time (RFC 1939 §4), so every body that logs in there by right names it.
 */
export const MAILDROP = 'maildrop of the first account';
export const SECOND_MAILDROP = 'maildrop of the second account';
