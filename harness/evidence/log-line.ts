/**
 * A line as a CI log may hold it. Runners obey commands in what a job prints: `::error::` at the begin of
 * a line, however far it is indented, `##[…]`, `##vso[…]` and `##teamcity[…]` anywhere. A server that
 * answers such a thing must not mark a job as good. The first character of a command becomes visible
 * notation; for texts in visible notation, which have no other controls.
 */
export function logLine(text: string): string {
  return text.replace(/^(\s*):(?=:)/, '$1\\x3a').replace(/#(?=#(?:\[|vso\[|teamcity\[))/gi, '\\x23');
}
