import { z } from 'zod';
import { camelCased } from './camel-case.ts';
import { oneLine, text, yesOrNo } from './fields.ts';

/**
 * What the modules of the test specifications TR-03108-P and TR-03182-P are about. `inbound` is mail that comes in,
 * `outbound` mail that goes out, `domain` what the own domains publish.
 */
export const FEATURES = [
  'user-information',
  'dnssec',
  'dane-inbound',
  'dane-outbound',
  'tls-inbound',
  'tls-outbound',
  'tls-reports-inbound',
  'tls-reports-outbound',
  'mta-sts-inbound',
  'mta-sts-outbound',
  'spf-inbound',
  'spf-domain',
  'dkim-inbound',
  'dkim-outbound',
  'dmarc-inbound',
  'dmarc-domain',
  'dmarc-reports-inbound',
  'dmarc-reports-outbound',
  'dmarc-monitoring',
  'unused-domains',
] as const;

export type Feature = (typeof FEATURES)[number];

const feature = z.enum(FEATURES, { error: `one of ${FEATURES.join(', ')}` });

/** The implementation conformance statement of a vendor, as a targets file has it. */
export const conformanceStatement = z
  .strictObject(
    {
      vendor: oneLine('Example GmbH, Bonn').describe('Who makes or operates the object under test.'),
      product: oneLine('Example Mail').describe('What the object under test is called.'),
      version: oneLine('"4.2"').describe('Its version, in quotes where it looks like a number.'),
      contact: oneLine('conformance@example.org')
        .exactOptional()
        .describe('Whom a test laboratory asks about the statement.'),
      features: z
        .partialRecord(feature, yesOrNo, { error: 'a mapping of features to true or false' })
        .describe(
          'Whether it has what a module of TR-03108-P or TR-03182-P is about. What is left out is not stated, and its modules stay open.',
        ),
      'tls-versions': z
        .array(text(/^TLSv1(\.[0-3])?$/, 'a version such as TLSv1.2'), { error: 'a list of versions' })
        .exactOptional()
        .describe('Versions of TLS that its ports speak; one that a run sees beside them is a difference.'),
      'cipher-suites': z
        .array(text(/^TLS_[A-Z0-9_]+$/, 'the IANA name of a suite, such as TLS_AES_128_GCM_SHA256'), {
          error: 'a list of suites',
        })
        .exactOptional()
        .describe('Suites that its ports take; one that a run sees beside them is a difference.'),
    },
    { error: 'a mapping with vendor, product, version and features' },
  )
  .meta({
    id: 'conformance-statement',
    description:
      'What the vendor states about the object under test (implementation conformance statement); the report of a test specification goes by it, and no verdict does.',
  })
  .transform((given) => camelCased(given));

/** The statement under the names that code reads. */
export type ConformanceStatement = z.output<typeof conformanceStatement>;
