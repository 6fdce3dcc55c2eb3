import { html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

/** The attribute of an element whose text comes from the record, for voices that read the page aloud. */
export function inEnglish({ language }: Words): Safe | null {
  return language === 'en' ? null : html` lang="en"`;
}
