import { describe, expect, test } from 'vitest';
import type { CheckDefinition } from '../check/define.ts';
import { checkOf } from '../engine/testing/definition.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { chosenBy } from './choose-checks.ts';

const made = (id: CheckDefinition['id'], slug: string, ...clauses: CheckDefinition['clauses']) =>
  checkOf(async () => {}, { id, slug, clauses });
const CHECKS = [
  made('STLS-001', 'offers-starttls', 'rfc3207#4.2'),
  made('STLS-011', 'discards-what-it-knew', 'rfc3207#4.2.1', 'rfc5321#4.1'),
  made('SMTP-001', 'greets', 'rfc5321#4.2'),
  made('SUB-001', 'wants-a-login', 'bsi-tr-03108#4.1.3', 'rfc32070#4'),
];

const chosen = (...words: string[]) =>
  CHECKS.filter(chosenBy(words, CHECKS)).map(({ definition }) => definition.id);

describe('the checks of --only and --skip', () => {
  test.each([
    ['a code', ['stls-001'], ['STLS-001']],
    ['a suite', ['starttls'], ['STLS-001', 'STLS-011']],
    ['a suite without checks', ['dkim'], []],
    ['a slug', ['greets'], ['SMTP-001']],
    ['a pattern of codes', ['STLS-*'], ['STLS-001', 'STLS-011']],
    ['a pattern in lower case', ['s*-00?'], ['STLS-001', 'SMTP-001', 'SUB-001']],
    ['a pattern of slugs', ['*-starttls'], ['STLS-001']],
    ['a pattern of suites', ['smtp*'], ['SMTP-001']],
    ['a pattern of everything', ['*'], ['STLS-001', 'STLS-011', 'SMTP-001', 'SUB-001']],
    ['a document, and none whose name only begins so', ['rfc3207'], ['STLS-001', 'STLS-011']],
    ['a clause with those beneath it', ['RFC3207#4.2'], ['STLS-001', 'STLS-011']],
    ['a clause beneath another', ['rfc3207#4.2.1'], ['STLS-011']],
    ['a document that is no RFC', ['bsi-tr-03108'], ['SUB-001']],
    ['several words', ['greets', 'rfc3207#4.2.1'], ['STLS-011', 'SMTP-001']],
    ['no word', [], []],
  ])('%s', (_, words, codes) => {
    expect(chosen(...words)).toEqual(codes);
  });

  test.each([
    ['a code', 'STLS-0O1', 'did you mean "STLS-001"?'],
    ['a suite', 'startls', 'did you mean "starttls"?'],
    ['a slug', 'offers-startls', 'did you mean "offers-starttls"?'],
    ['a document', 'rcf3207', 'did you mean "rfc3207"?'],
    ['a clause', 'rfc3027#4.2.1', 'did you mean "rfc3207#4.2.1"?'],
    ['nothing near', 'nonsense', 'Suites: plaintext-auth, starttls'],
    ['a pattern', 'XYZ-*', 'No check has a code, a slug or a suite like "XYZ-*"'],
    ['a section that no check is about', 'rfc3207#9', 'neither the code'],
    ['a control', 'a\u001b[31m', '"a\\x1b[31m"'],
  ])('%s that is misspelt is told', (_, word, sentence) => {
    expect(() => chosen(word)).toThrow(ConfigurationError);
    expect(() => chosen(word)).toThrow(sentence);
  });
});
