/** Longest line of an authentication exchange without CRLF (RFC 4954 §4, used on POP3 and IMAP as well). */
export const AUTH_LINE_LIMIT = 12_288;
/** Room for `AUTH` or `AUTHENTICATE`, a tag and the name of a mechanism before an initial response. */
export const AUTH_COMMAND_LIMIT = AUTH_LINE_LIMIT + 128;
