import { ENGLISH } from './english.ts';
import { JAPANESE } from './japanese.ts';

/** Every text of the page that is not in the record. Another language is another value of this type. */
export type Words = typeof ENGLISH;

/** The languages that the page is written in, by their tag (BCP 47). */
export const LANGUAGES = { en: ENGLISH, ja: JAPANESE } as const satisfies Readonly<Record<string, Words>>;

export type Language = keyof typeof LANGUAGES;
