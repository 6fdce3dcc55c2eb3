import type { Language } from '../../model/language.ts';
import { ENGLISH } from './english.ts';
import { JAPANESE } from './japanese.ts';

/** Every text of the page that is not in the record. Another language is another value of this type. */
export type Words = typeof ENGLISH;

export const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, ja: JAPANESE };
