/** How long a session may be silent, in milliseconds (RFC 5321 §4.5.3.2.7: at least five minutes). */
export const IDLE_MS = 300_000;
/** Longest command line without CRLF: the 512 octets of RFC 5321 §4.5.3.1.4 and what extensions add to MAIL. */
export const COMMAND_LIMIT = 2_048;
/** Longest text line without CRLF (RFC 5321 §4.5.3.1.6). */
export const TEXT_LINE_LIMIT = 998;
/** Received fields from which a message counts as looping (RFC 5321 §6.3). */
export const HOP_LIMIT = 100;
/** Errors after which a session is ended. */
export const ERROR_LIMIT = 20;
/** Largest message in octets, as announced by SIZE (RFC 1870). */
export const SIZE_LIMIT = 2_097_152;
