import { check, TlsFailed, Unreachable } from '../../harness/check/check.ts';
import { ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';

export const mxOffersStarttls = check(
  {
    ...UPGRADE_CHECK,
    overIpv6: ipv6Answers,
    id: 'STLS-001',
    slug: 'mx-offers-starttls',
    title: 'Port 25 offers STARTTLS',
    sends: 'EHLO on port 25',
    demands: 'STARTTLS is among the keywords',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc3207#3', 'bsi-tr-03108#4.1.3', 'cisa-bod-18-01#email'],
    roles: ['mx'],
    kills: ['mx-omits-starttls', 'mx-omits-starttls-over-ipv6'],
  },
  async ({ smtp, verify }) => {
    const keywords = [...extensionsOf(await smtp({ at: 'ready' })).keys()];
    // Cisco's SMTP inspection overwrites the keyword with X's: then a middlebox is at fault, not the server.
    const masked = keywords.find((keyword) => /^X{4,}A?$/.test(keyword));
    verify.that(keywords.includes('STARTTLS'), {
      demand: masked ? 'STARTTLS is listed (a middlebox seems to overwrite it)' : 'STARTTLS is listed',
      expected: 'STARTTLS',
      actual: keywords.join(' ') || 'no keyword',
    });
  },
);

export const submissionOffersTls = check(
  {
    ...UPGRADE_CHECK,
    overIpv6: ipv6Answers,
    id: 'STLS-002',
    slug: 'submission-offers-tls',
    title: 'TLS is available for submission: STARTTLS on 587 and implicit TLS on 465',
    sends: 'EHLO on 587, and a TLS handshake on 465',
    demands: 'both ways into TLS exist; one of them is the least',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8314#3.3', 'rfc8314#4'],
    roles: ['submission', 'submissions'],
    per: 'target',
    budget: '10s',
    kills: ['submission-without-tls', 'submissions-closed'],
  },
  async ({ target, smtp, connect, verify, note, inconclusive }) => {
    const upgrade = target.endpoints.submission ? await unlessRefused(offersUpgrade) : 'closed';
    const implicit = target.endpoints.submissions ? await unlessRefused(speaksTls) : 'closed';
    if (upgrade === 'closed' && implicit === 'closed') {
      inconclusive('unreachable', 'No declared submission port accepts connections.');
    }
    const found = [
      ...(upgrade === true ? ['STARTTLS on 587'] : []),
      ...(implicit === true ? ['TLS on 465'] : []),
    ];
    const actual = found.join(' and ') || 'neither';
    const held = verify.that(found.length > 0, {
      demand: 'submission can be reached inside TLS',
      expected: 'STARTTLS on 587 or TLS on 465',
      actual,
    });
    if (!held) return;
    verify.ideally.that(found.length === 2, {
      demand: 'both ways into TLS exist',
      expected: 'STARTTLS on 587 and TLS on 465',
      actual,
    });

    async function offersUpgrade(): Promise<boolean> {
      const client = await smtp({ role: 'submission', at: 'ready' });
      client.connection.close();
      return extensionsOf(client).has('STARTTLS');
    }

    async function speaksTls(): Promise<boolean> {
      const connection = await connect({ role: 'submissions' });
      try {
        await connection.startTls({ serverName: target.hostname });
        return true;
      } catch (failure) {
        // A port that does not speak TLS is what this check looks for; anything else is not.
        if (!(failure instanceof TlsFailed)) throw failure;
        note(failure.message);
        return false;
      } finally {
        connection.close();
      }
    }

    async function unlessRefused(look: () => Promise<boolean>): Promise<boolean | 'closed'> {
      try {
        return await look();
      } catch (failure) {
        if (!(failure instanceof Unreachable) || failure.code !== 'ECONNREFUSED') throw failure;
        note(failure.message);
        return 'closed';
      }
    }
  },
);

export const pop3AnnouncesStls = check(
  {
    ...UPGRADE_CHECK,
    overIpv6: ipv6Answers,
    id: 'STLS-003',
    slug: 'pop3-announces-stls',
    title: 'POP3 on 110 announces STLS through CAPA',
    sends: 'CAPA, then STLS whether or not it is listed, and USER where it is refused',
    demands: 'STLS is listed and works, or is neither listed nor works, and then no password is asked for',
    level: 'SHOULD',
    severity: 'medium',
    asStranger: true,
    clauses: ['rfc2595#4', 'rfc8314#4'],
    roles: ['pop3'],
    kills: ['pop3-omits-stls', 'pop3-announces-stls-and-refuses'],
  },
  async ({ pop3, verify, target, nonce }) => {
    const client = await pop3({ at: 'ready' });
    const announced = client.capabilities?.keywords.has('STLS') ?? false;
    const goAhead = await client.startTls({ serverName: target.hostname });
    const works = goAhead.status === '+OK';
    verify.that(announced === works, {
      demand: 'CAPA tells the truth about STLS',
      expected: works ? 'STLS listed, because it works' : 'STLS not listed, because it is refused',
      actual: `${announced ? 'listed' : 'not listed'}, and answered ${goAhead.line}`,
    });
    // Where passwords are asked for all the same, they travel in the clear.
    const asks = !works && (await client.command(`USER probe-${nonce}@${target.domain}`)).status === '+OK';
    const strength = asks ? verify : verify.ideally;
    strength.reply(goAhead, 'port 110 can be upgraded to TLS').status('+OK');
  },
);

export const imapOffersStarttls = check(
  {
    ...UPGRADE_CHECK,
    overIpv6: ipv6Answers,
    id: 'STLS-004',
    slug: 'imap-offers-starttls',
    title: 'IMAP on 143 offers STARTTLS',
    sends: 'CAPABILITY and STARTTLS',
    demands: 'STARTTLS is listed and leads into TLS',
    level: 'MUST',
    severity: 'high',
    asStranger: true,
    clauses: [
      'rfc9051#6.1.1',
      'rfc9051#11.2',
      'rfc9051#7.2.2',
      'rfc3501#6.1.1',
      'rfc3501#7.2.1',
      'rfc2595#3',
      'rfc8314#4',
    ],
    roles: ['imap'],
    kills: ['imap-omits-starttls'],
  },
  async ({ imap, verify, target }) => {
    const client = await imap({ at: 'ready' });
    const capabilities = [...(client.capabilities ?? [])];
    verify.that(capabilities.includes('STARTTLS'), {
      demand: 'STARTTLS is listed before TLS',
      expected: 'STARTTLS',
      actual: capabilities.join(' '),
    });
    const goAhead = await client.startTls({ serverName: target.hostname });
    verify.reply(goAhead, 'STARTTLS is accepted').status('OK');
  },
);
