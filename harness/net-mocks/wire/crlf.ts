/** The line ending of SMTP, POP3 and IMAP (RFC 5321 2.3.8); no other file spells it. */
export const CRLF = '\r\n';

/** End of data after the last line of a message (RFC 5321 4.1.1.4). */
export const END_OF_DATA = `${CRLF}.${CRLF}`;
