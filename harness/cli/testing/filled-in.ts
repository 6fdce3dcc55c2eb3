/** A line that `mailspec init` leaves to be filled in: YAML after `# `, while sentences begin with a capital. */
const PLACEHOLDER = /^( {4})# ((?: {2}- | {4})?[a-z][a-z-]*:(?: .*)?)$/;

/** A targets file of `mailspec init` after somebody removed the `# ` in front of every line that is to be filled in. */
export function filledIn(yaml: string): string {
  return yaml
    .split('\n')
    .map((line) => line.replace(PLACEHOLDER, '$1$2'))
    .join('\n');
}
