import type { RunRecord, Translation } from '../../model/record.ts';
import type { CheckResult } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

/** The attribute of an element whose text comes from the record, for voices that read the page aloud. */
export function inEnglish({ language }: Words): Safe | null {
  return language === 'en' ? null : html` lang="en"`;
}

/**
 * A text of a check in the language of the page, with the attribute of the element it stands in; in English
 * where the record has no other.
 */
export function checkText(
  { translations }: Pick<RunRecord, 'translations'>,
  result: Pick<CheckResult, 'check' | 'title' | 'sends' | 'demands'>,
  part: 'title' | 'sends' | 'demands',
  words: Words,
): { readonly text: string; readonly lang: Safe | null } {
  const isMeant = ({ check, language }: Translation) => check === result.check && language === words.language;
  const translation = words.language === 'en' ? undefined : translations.find(isMeant);
  return translation
    ? { text: translation[part], lang: null }
    : { text: result[part], lang: inEnglish(words) };
}
