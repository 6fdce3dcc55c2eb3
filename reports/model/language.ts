/** The languages of reports for people, by their tag (BCP 47). */
export const LANGUAGES = ['en', 'ja'] as const;

export type Language = (typeof LANGUAGES)[number];
