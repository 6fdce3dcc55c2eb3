/** A date and time as header fields give it (RFC 5322 §3.3), in UTC. */
export function headerDate(date: Date): string {
  return date.toUTCString().replace(/GMT$/, '+0000');
}
