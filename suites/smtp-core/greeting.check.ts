import { check } from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { DIALOGUE } from './smtp-check.ts';

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`);
const LITERAL = /^\[[!-Z^-~]+\]$/;
/** A keyword of EHLO with its parameters (RFC 5321 §4.1.1.1). */
const EHLO_LINE = /^[A-Za-z0-9][A-Za-z0-9-]*(?: [!-~]+)*$/;
/** Keywords that stand without parameters (RFC 2034 §3, 2920 §2, 3030 §2 and §3, 3207 §3, 6152 §2, 6531 §3.1). */
const ALONE = [
  'ENHANCEDSTATUSCODES',
  'PIPELINING',
  'CHUNKING',
  'BINARYMIME',
  'STARTTLS',
  '8BITMIME',
  'SMTPUTF8',
];
/** A program and its version. */
const PRODUCT_VERSION = /\b[A-Za-z][A-Za-z0-9_-]*[ /]v?\d+\.\d+/;

export const greetingsAreWellFormed = check(
  {
    id: 'SMTP-001',
    slug: 'greetings-are-well-formed',
    title: 'Greeting, EHLO and HELO responses are well formed and name the host',
    sends: 'nothing, then EHLO; on another connection HELO',
    demands:
      'a greeting that names the host, an EHLO response of keyword lines, and one line without keywords for HELO',
    level: 'MUST',
    severity: 'low',
    clauses: [
      'rfc5321#4.2',
      'rfc5321#4.3.1',
      'rfc5321#4.1.1.1',
      'rfc5321#3.2',
      'rfc5321#3.1',
      'rfc5321#4.1.2',
      'rfc2920#2',
      'rfc3030#3',
      'rfc3207#3',
      'rfc6531#3.1',
    ],
    ...DIALOGUE,
    needs: [],
    budget: '10s',
    limits: ['Whether the name in the greeting leads to the target is not looked up.'],
    kills: [
      'smtp-greets-without-name',
      'smtp-answers-helo-with-extensions',
      'smtp-greets-with-version',
      'smtp-lists-binarymime-alone',
      'smtp-lists-pipelining-with-parameter',
    ],
  },
  async ({ smtp, verify, role, helloName }) => {
    const client = await smtp();
    const { greeting } = client;
    const [name = ''] = (greeting.lines[0] ?? '').split(' ', 1);
    const ehlo = await client.ehlo();
    const [own = ''] = (ehlo.lines[0] ?? '').split(' ', 1);
    const isName = (word: string) => DOMAIN.test(word) || LITERAL.test(word);
    // A bare word may be the name of a host without a domain; what EHLO does not repeat is no name.
    const namesHost = isName(name) && (name.includes('.') || name.startsWith('[') || own === name);
    const grammatical = verify.that(namesHost, {
      demand: 'the first word of the greeting names the host',
      expected: 'a domain name or an address literal',
      actual: lineOf(greeting),
    });
    if (grammatical) {
      const expected = 'a fully qualified domain name';
      verify.ideally.matches(name, /[.:]/, { demand: 'the host is named in full', expected });
    }
    if (ehlo.code === 250) {
      verify.that(isName(own), {
        demand: 'the EHLO response begins with the name of the host',
        expected: 'a domain name or an address literal',
        actual: lineOf(ehlo),
      });
      const keywords = ehlo.lines.slice(1);
      // Old clients want `AUTH=`, which is no keyword.
      const malformed = keywords.filter((line) => !EHLO_LINE.test(line) && !/^AUTH=/i.test(line));
      verify.that(malformed.length === 0, {
        demand: 'each line of the EHLO response is a keyword with parameters',
        expected: 'keywords of letters, digits and hyphens',
        actual: malformed.join(', ') || keywords.join(', '),
      });
      const words = keywords.map((line) => line.split(/[ =]/, 1)[0]?.toUpperCase() ?? '');
      const repeated = words.filter((word, index) => word !== 'AUTH' && words.indexOf(word) !== index);
      const furnished = keywords.filter(
        (line, index) => ALONE.includes(words[index] ?? '') && / \S/.test(line),
      );
      verify.that(furnished.length === 0, {
        demand: 'keywords that have no parameters are listed without any',
        expected: `nothing after ${ALONE.join(', ')}`,
        actual: furnished.join(', ') || keywords.join(', '),
      });
      verify.that(!words.includes('BINARYMIME') || words.includes('CHUNKING'), {
        demand: 'BINARYMIME is listed together with CHUNKING alone',
        expected: 'CHUNKING where BINARYMIME is',
        actual: words.join(', '),
      });
      verify.ideally.that(repeated.length === 0, {
        demand: 'no keyword is listed twice',
        expected: 'each keyword once',
        actual: (repeated.length > 0 ? repeated : words).join(', '),
      });
    }
    const texts = [...greeting.lines, ehlo.lines[0] ?? ''].map((line) => line.slice(line.indexOf(' ') + 1));
    const disclosed = texts.find((text) => PRODUCT_VERSION.test(text));
    verify.ideally.that(disclosed === undefined, {
      demand: 'the greeting does not tell which version of which program runs here',
      expected: 'no version',
      actual: disclosed ?? lineOf(greeting),
    });
    await client.quit();

    // Submission need not listen to anything but EHLO before TLS.
    const old = await smtp(role === 'mx' ? {} : { at: 'tls' });
    const helo = await old.command(`HELO ${helloName}`);
    if (helo.code === 250) {
      verify.that(helo.lines.length === 1, {
        demand: 'HELO is answered without extensions',
        expected: 'one line',
        actual: lineOf(helo),
      });
    }
    await old.quit();
  },
);
