import { check, type Pop3Reply } from '../../harness/check/check.ts';

/** Longest response line with CRLF, in octets (RFC 1939 §3). */
const LINE_LIMIT = 512;
/** A response code (RFC 2449 §8): levels of printable characters, divided by slashes. */
const RESPONSE_CODE = /^\[[\x21-\x2e\x30-\x5c\x5e-\x7e]+(\/[\x21-\x2e\x30-\x5c\x5e-\x7e]+)*( [^\]]*)?\]/;
/** A product version, and no address or part of a name. */
const VERSION = /(?<![\w.-])v?\d+\.\d+(\.\d+)?(?![\w.-])/;

export const statusLinesAreWellFormed = check(
  {
    id: 'POP3-001',
    slug: 'status-lines-are-well-formed',
    title: 'Greeting and status indicators are well formed',
    sends: 'nothing, then CAPA, an unknown command and QUIT',
    demands: '+OK and -ERR in upper case, lines ended by CRLF, a greeting of one line',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc1939#3', 'rfc1939#4', 'rfc2449#3'],
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
    const capa = (await client.capa()).reply;
    const unknown = await client.command('XBOGUS');
    const quit = await client.command('QUIT');
    const named: [string, Pop3Reply][] = [
      ['the greeting', client.greeting],
      ['the reply to CAPA', capa],
      ['the reply to an unknown command', unknown],
      ['the reply to QUIT', quit],
    ];
    for (const [what, reply] of named) {
      const { line, terminator, rest, status } = reply;
      verify.that(/^(\+OK|-ERR)( |$)/.test(line), {
        demand: `${what} begins with +OK or -ERR in upper case`,
        expected: '+OK or -ERR',
        actual: line,
      });
      verify.that(terminator === 'CRLF', {
        demand: `${what} ends in CRLF`,
        expected: 'CRLF',
        actual: terminator,
      });
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
    verify.ideally.that(!VERSION.test(told), {
      demand: 'the greeting does not disclose a product version',
      expected: 'no version',
      actual: client.greeting.line,
    });
  },
);
