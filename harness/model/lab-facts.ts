/** What a container can be told of its lab, by the words after `lab:` in `env`. */
export const LAB_FACTS = [
  'resolver',
  'trust-anchor',
  'authority',
  'smarthost',
  'smarthost-address',
  'smarthost-port',
  'smarthost-user',
  'smarthost-password',
] as const;

export type LabFact = (typeof LAB_FACTS)[number];

export function isLabFact(word: string): word is LabFact {
  return LAB_FACTS.some((fact) => fact === word);
}

/** Facts that are there only where mail leaves by a smarthost. */
export function isAboutSmarthost(fact: LabFact): boolean {
  return fact.startsWith('smarthost');
}
