import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lines } from '../../wire/bytes.ts';
import { readTlsReport } from './tls-report.ts';

const DOCUMENT = {
  'organization-name': 'Company-X',
  'date-range': { 'start-datetime': '2016-04-01T00:00:00Z', 'end-datetime': '2016-04-01T23:59:59Z' },
  'contact-info': 'sts-reporting@company-x.example',
  'report-id': '5065427c-23d3-47ca-b6e0-946ea0e8c4be',
  policies: [
    {
      policy: { 'policy-type': 'sts', 'policy-domain': 'Company-Y.example' },
      summary: { 'total-successful-session-count': 5326, 'total-failure-session-count': 303 },
      'failure-details': [
        { 'result-type': 'certificate-expired', 'failed-session-count': 100 },
        { 'result-type': 'starttls-not-supported', 'failed-session-count': 203 },
      ],
    },
  ],
};

/** A report as it comes by mail. */
function message(document: unknown, packed = true): Buffer {
  const octets = Buffer.from(JSON.stringify(document));
  return lines(
    'TLS-Report-Domain: Company-Y.example',
    'TLS-Report-Submitter: company-x.example',
    'Content-Type: multipart/report; report-type="tlsrpt";',
    ' boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'A report.',
    '--b',
    `Content-Type: application/tlsrpt+${packed ? 'gzip' : 'json'}`,
    'Content-Transfer-Encoding: base64',
    '',
    (packed ? gzipSync(octets) : octets).toString('base64'),
    '--b--',
  );
}

describe('a report on TLS', () => {
  test.each([true, false])('is read, packed: %s', (packed) => {
    expect(readTlsReport(message(DOCUMENT, packed))).toEqual({
      domainField: 'company-y.example',
      submitterField: 'company-x.example',
      isReportMessage: true,
      policies: [
        {
          type: 'sts',
          domain: 'company-y.example',
          successes: 5326,
          failures: 303,
          failureTypes: ['certificate-expired', 'starttls-not-supported'],
        },
      ],
    });
  });

  test.each([
    ['an organisation', { ...DOCUMENT, 'organization-name': undefined }, 'organization-name'],
    ['dates', { ...DOCUMENT, 'date-range': { 'start-datetime': 'today' } }, 'start-datetime'],
    ['policies', { ...DOCUMENT, policies: {} }, 'no list of policies'],
    ['a policy', { ...DOCUMENT, policies: [{}] }, 'policy-type'],
    [
      'counts',
      {
        ...DOCUMENT,
        policies: [{ ...DOCUMENT.policies[0], summary: { 'total-failure-session-count': '3' } }],
      },
      'counts of sessions',
    ],
  ])('without %s is not valid', (_, document, reason) => {
    expect(readTlsReport(message(document))).toContain(reason);
  });

  test('is missed where the message carries none', () => {
    expect(readTlsReport(lines('Content-Type: text/plain', '', 'Hello'))).toContain('media type');
  });
});
