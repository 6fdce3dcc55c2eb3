/** A colon that begins a line but for blanks and our own colours (ESC [ … m). */
const LEADING_COLON = /^((?:\s|\p{Cc}\[[0-9;]*m)*):(?=:)/u;

/**
 * A line as a CI log may hold it. Runners obey commands in what a job prints: `::error::` at the begin of
 * a line, however far it is indented or coloured, `##[…]`, `##vso[…]` and `##teamcity[…]` anywhere. A server that
 * answers such a thing must not mark a job as good. The first character of a command becomes visible
 * notation; for texts in visible notation, which have no other controls.
 */
export function logLine(text: string): string {
  return text.replace(LEADING_COLON, '$1\\x3a').replace(/#(?=#(?:\[|vso\[|teamcity\[))/gi, '\\x23');
}
