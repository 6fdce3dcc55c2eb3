import { check } from '../../harness/check/check.ts';
import { verifyNoVersion } from '../../harness/steps/product-version.ts';

/** A greeting of IMAP with or without its asterisk; anything else comes from no IMAP server. */
const GREETING = /^(\* )?(OK|PREAUTH|BYE)\b/i;

export const greetingIsWellFormed = check(
  {
    id: 'IMAP-001',
    slug: 'greeting-is-well-formed',
    title: 'The greeting is an untagged OK or BYE and its capabilities are those of CAPABILITY',
    sends: 'nothing; on another connection CAPABILITY after the greeting',
    demands:
      'one untagged OK; CAPABILITY lists every capability in it, and LOGINDISABLED only where it does too',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc9051#7.1', 'rfc9051#2.2.2', 'rfc3501#7.1', 'rfc3501#2.2.2', 'rfc8314#3.2'],
    roles: ['imap', 'imaps'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '15s',
    kills: ['imap-greets-without-asterisk', 'imap-greeting-capabilities-disagree', 'imap-sends-preauth'],
  },
  async ({ connect, imap, role, target, verify, inconclusive }) => {
    const connection = await connect();
    if (role === 'imaps') await connection.startTls({ serverName: target.hostname });
    const { bytes, terminator } = await connection.readLine('the IMAP greeting');
    connection.close();
    const line = bytes.toString('latin1');
    if (!GREETING.test(line)) inconclusive('malformed', 'What came as greeting is none of IMAP.');
    const wellFormed = verify.that(/^\* (OK|BYE) /i.test(line) && terminator === 'CRLF', {
      demand: 'the greeting is an untagged OK',
      expected: '* OK',
      actual: line,
    });
    if (!wellFormed) return;
    const told = line.replace(/\[[^\]]*\]/g, '');
    verifyNoVersion(verify.ideally, told, 'the greeting does not disclose a product version');
    const client = await imap();
    const announced = client.greeting.capabilities;
    await client.capability();
    const asked = client.capabilities;
    await client.logout();
    if (!announced) return;
    // The list of a greeting may be shorter, but not promise more; and LOGINDISABLED forbids, so its absence allows.
    verify.absent(
      [...announced].find((one) => !asked?.has(one)),
      'CAPABILITY lists what the greeting lists',
      { what: 'a capability that the greeting alone lists', as: (one) => one },
    );
    verify.that(announced.has('LOGINDISABLED') || !asked?.has('LOGINDISABLED'), {
      demand: 'the greeting does not allow LOGIN where CAPABILITY forbids it',
      expected: 'LOGINDISABLED in the greeting',
      actual: `the greeting lists ${[...announced].join(' ')}`,
    });
  },
);
