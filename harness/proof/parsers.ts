import { arcFields } from '../authentication/arc/verify.ts';
import { readKeyRecord } from '../authentication/dkim/keys.ts';
import { parseTagList } from '../authentication/dkim/tag-list.ts';
import { readAggregateReport } from '../authentication/dmarc/aggregate-report.ts';
import { isPolicy, policyTerms } from '../authentication/spf/policy.ts';
import { readTlsReport } from '../authentication/tlsrpt/tls-report.ts';
import { matchesHostName } from '../certificates/host-name.ts';
import { parseImapValues } from '../client/imap-values.ts';
import { parseCapa } from '../client/pop3-capabilities.ts';
import { logLine } from '../evidence/log-line.ts';
import { keptOctets, octetsOf } from '../evidence/octets.ts';
import { printable, visible, visibleExcerpt } from '../evidence/visible.ts';
import { parseAuthenticationResults, statements } from '../messages/authentication-results.ts';
import { quotableText } from '../messages/quotes.ts';
import { parseReceivedSpf } from '../messages/received-spf.ts';
import { storedMessage } from '../messages/stored-message.ts';
import { readResponse } from '../public-dns/message.ts';
import { notTls, readAlert, readServerHello } from '../wire/client-hello-answer.ts';
import { readSslv2Answer } from '../wire/client-hello-sslv2.ts';
import { Malformed } from '../wire/failures.ts';
import { type Subject, told, UNPRINTABLE } from './subject.ts';

/** What a reader may throw; everything else is a mistake of ours. */
type Allowed = (thrown: unknown) => boolean;
const nothing: Allowed = () => false;

type Reader = readonly [name: string, read: (octets: Buffer, text: string) => unknown, allowed: Allowed];

/** Every reader that gets octets of a server as they are, with what it says that it throws. */
const READERS: readonly Reader[] = [
  [
    'IMAP values',
    (_, text) => parseImapValues([{ kind: 'text', text }]),
    (thrown) => thrown instanceof Malformed,
  ],
  ['CAPA', (octets) => parseCapa([octets]), nothing],
  ['a stored message', (octets) => storedMessage('INBOX', octets, octets.subarray(0, 20)), nothing],
  ['Authentication-Results', (_, text) => parseAuthenticationResults(text), nothing],
  ['statements of Authentication-Results', (_, text) => statements(text), nothing],
  ['Received-SPF', (_, text) => parseReceivedSpf(text), nothing],
  ['text that may quote', (octets) => quotableText(octets), nothing],
  ['ARC fields', (octets) => arcFields(octets), nothing],
  ['a tag list', (_, text) => parseTagList(text), nothing],
  ['a key record', (_, text) => readKeyRecord(text), nothing],
  ['an SPF policy', (_, text) => (isPolicy(text) ? policyTerms(text) : null), nothing],
  ['an aggregate report', (octets) => readAggregateReport(octets), nothing],
  ['a TLS report', (octets) => readTlsReport(octets), nothing],
  ['a DNS response', (octets) => readResponse(octets), (thrown) => thrown instanceof RangeError],
  ['a ServerHello', (octets) => readServerHello(octets, []), nothing],
  ['a TLS alert', (octets) => readAlert(octets.subarray(0, 2)), nothing],
  ['an SSLv2 answer', (octets) => readSslv2Answer(octets), nothing],
  ['what is no TLS', (octets) => notTls(octets), nothing],
  ['a host name', (_, text) => matchesHostName(text, 'mail.example.test'), nothing],
];

/** What a log of a CI would obey. */
const COMMAND = /^\s*::|##\[|##vso\[|##teamcity\[/i;

/** Readers, and the visible notation that they and everybody else show octets in. */
export function parsersOf(readers: readonly Reader[] = READERS): Subject {
  return {
    name: 'parsers and visible notation',
    async wrong(replies) {
      for (const octets of replies) {
        const text = octets.toString('latin1');
        for (const [name, read, allowed] of readers) {
          try {
            read(octets, text);
          } catch (thrown) {
            if (!allowed(thrown)) return `${name}: ${told(thrown)}`;
          }
        }
        const problem = misshown(octets, text);
        if (problem !== null) return problem;
      }
      return null;
    },
  };
}

function misshown(octets: Buffer, text: string): string | null {
  const shown = visible(octets);
  const all = [shown, visible(text), visibleExcerpt(octets, 40), printable(text)];
  if (all.some((one) => UNPRINTABLE.test(one))) return 'The visible notation holds an unprintable character.';
  if (COMMAND.test(logLine(shown))) return 'A line for a log holds a command of a CI.';
  const place = { seq: 1, at: 0, connection: 1, kind: 'recv', layer: 'clear', redactions: 0 } as const;
  if (
    !octetsOf({ ...place, text: shown }).equals(octets) ||
    !octetsOf({ ...place, ...keptOctets(octets) }).equals(octets)
  )
    return 'The visible notation stands for other octets.';
  return null;
}
