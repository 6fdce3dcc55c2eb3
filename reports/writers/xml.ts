import { printable } from '../model/printable.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * A text for XML content or for an attribute in double quotes. Always one line: XML 1.0 has no way to
 * write most controls and readers turn line ends in attributes into spaces (XML 1.0 §2.2, §3.3.3).
 */
export function xml(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

/** Attributes in the order given, each with a space before it; null leaves one out. */
export function attributes(values: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${xml(String(value))}"`)
    .join('');
}
