import { expect, test } from 'vitest';
import { type Clause, clauseFacts } from './clause.ts';

test.each<[Clause, string, string]>([
  ['rfc3207#4.2', 'RFC 3207 §4.2', 'https://www.rfc-editor.org/rfc/rfc3207#section-4.2'],
  ['rfc5321#4.5.3.1.4', 'RFC 5321 §4.5.3.1.4', 'https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.4'],
  ['rfc4616#appendix-A', 'RFC 4616 Appendix A', 'https://www.rfc-editor.org/rfc/rfc4616#appendix-A'],
  ['bsi-tr-03108#4.1.3', 'BSI TR-03108 §4.1.3', 'https://www.bsi.bund.de/dok/TR-03108-en'],
])('%s is %s', (clause, label, url) => {
  expect(clauseFacts(clause)).toEqual({ label, url });
});

test.each<Clause>(['rfc#1', 'RFC3207#4', 'iso-9001#4', '#4', 'constructor#1'] as Clause[])(
  '%s names no document that is known',
  (clause) => {
    expect(() => clauseFacts(clause)).toThrow(/names a document that mailspec does not know/);
  },
);

test.each<Clause>(['rfc3207' as Clause, 'rfc3207#', 'bsi-tr-03108#'])('%s names no section', (clause) => {
  expect(() => clauseFacts(clause)).toThrow(/names no section/);
});
