import { check } from '../../harness/check/check.ts';
import { verifyNoVersion } from '../../harness/steps/product-version.ts';

/** Longest response line with CRLF, in octets (RFC 1939 §3). */
const LINE_LIMIT = 512;
/** A response code (RFC 2449 §8): levels of printable characters, divided by slashes. */
const RESPONSE_CODE = /^\[[\x21-\x2e\x30-\x5c\x5e-\x7e]+(\/[\x21-\x2e\x30-\x5c\x5e-\x7e]+)*( [^\]]*)?\]/;

export const statusLinesAreWellFormed = check(
  {
    id: 'POP3-001',
    slug: 'status-lines-are-well-formed',
    title: 'Greeting and status indicators are well formed',
    sends: 'nothing, then CAPA, an unknown command and QUIT',
    demands: '+OK and -ERR in upper case, lines ended by CRLF, a greeting of one line',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc1939#3', 'rfc1939#4', 'rfc2449#3', 'rfc2449#4', 'rfc2449#6.4'],
    roles: ['pop3', 'pop3s'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '15s',
    kills: ['pop3-greets-in-lower-case'],
  },
  async ({ pop3, verify, target }) => {
    const silent = await pop3();
    const unasked = await silent.connection.watch(target.timing.quietMs);
    silent.connection.close();
    verify.nothing(unasked, 'the greeting is one line');

    const client = await pop3({ at: 'tls' });
    const named = {
      'the greeting': client.greeting,
      'the reply to CAPA': (await client.capa()).reply,
      'the reply to an unknown command': await client.command('XBOGUS'),
      'the reply to QUIT': await client.command('QUIT'),
    };
    for (const [what, { line, terminator, rest, status }] of Object.entries(named)) {
      verify.matches(line, /^(\+OK|-ERR)( |$)/, {
        demand: `${what} begins with +OK or -ERR in upper case`,
        expected: '+OK or -ERR',
      });
      verify.equal(terminator, 'CRLF', `${what} ends in CRLF`);
      verify.ideally.that(line.length + 2 <= LINE_LIMIT, {
        demand: `${what} has at most ${LINE_LIMIT} octets`,
        expected: `at most ${LINE_LIMIT} octets`,
        actual: `${line.length + 2} octets`,
      });
      verify.ideally.that(status !== '-ERR' || !rest.startsWith('[') || RESPONSE_CODE.test(rest), {
        demand: `the response code in ${what} is well formed`,
        expected: '[LEVEL/LEVEL]',
        actual: line,
      });
    }
    const told = client.greeting.line.replace(/<[^>]*>/g, '');
    verifyNoVersion(verify.ideally, told, 'the greeting does not disclose a product version');
  },
);
