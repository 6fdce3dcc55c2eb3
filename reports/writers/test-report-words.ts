import type { CaseState, Claimed, ModuleState, SpecificationState } from '../model/test-case-state.ts';

/** The words of the report of a test specification, which is written in English alone. */

export const CASE_WORDS: Readonly<Record<CaseState, string>> = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'inconclusive',
  'not-tested': 'not tested',
  'not-applicable': 'not applicable',
  'not-claimed': 'not claimed',
  'not-testable': 'not testable',
};

/** What each state of a case means, in a sentence. */
export const CASE_MEANINGS: Readonly<Record<CaseState, string>> = {
  passed: 'Every check that decides the case ended, one at least passed, and none deviated.',
  failed: 'A check that decides the case failed, or warned of a deviation; a waiver changes nothing here.',
  inconclusive: 'Every check was asked, and one of them came to no verdict.',
  'not-tested': 'A check that decides the case was not asked, or left no result.',
  'not-applicable': 'The checks found nothing to test, or the targets file declares nothing.',
  'not-claimed': 'By its statement the object under test does not have it; verdicts beside it do not count.',
  'not-testable': 'Nobody can tell from outside: an auditor must.',
};

export const MODULE_WORDS: Readonly<Record<ModuleState, string>> = {
  passed: 'passed',
  'passed-in-part': 'passed, as far as it can be tested from outside',
  failed: 'failed',
  missing: 'failed: demanded, and not claimed',
  open: 'open',
  'not-applicable': 'not applicable',
  'not-claimed': 'not claimed',
  'not-testable': 'not testable from outside',
};

export const SPECIFICATION_WORDS: Readonly<Record<SpecificationState, string>> = {
  passed: MODULE_WORDS.passed,
  'passed-in-part': MODULE_WORDS['passed-in-part'],
  failed: MODULE_WORDS.failed,
  open: MODULE_WORDS.open,
};

export const CLAIMED_WORDS: Readonly<Record<Claimed, string>> = {
  yes: 'yes',
  no: 'no',
  unstated: 'not stated',
};

/** What whoever holds the report must know first. */
export const NOTICES: readonly string[] = [
  'This is no report of the BSI, of a laboratory that it recognises, or of an auditor, and no certificate. It was written by a program from what it saw from outside.',
  'The mapping of test cases to checks is that of mailspec. The specifications are the documents of the BSI; where they say something else, they are right.',
  'Where one check decides several cases, one deviation fails all of them; the checks at the end say which.',
];

export const NO_STATEMENT =
  'The targets file has no conformance statement (conformance-statement), so that nobody says what applies, and nothing can be passed as a whole.';
