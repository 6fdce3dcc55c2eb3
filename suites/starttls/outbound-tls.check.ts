import { check, type SmtpSession } from '../../harness/check/check.ts';
import { serversAreReached } from '../../harness/steps/controls/servers-are-reached.ts';
import { makeTargetSend, OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { sessionsWithUpgrade, watchDelivery } from './outgoing-mail.ts';
import { linesBeforeFirstReply, pipelinedLines, upgradeOf } from './receiver-view.ts';

/** How long the receiving server keeps the target waiting, in milliseconds; an eager sender acts at once. */
const HESITATION = 2_000;

export const outgoingMailUsesTls = check(
  {
    id: 'STLS-020',
    slug: 'outgoing-mail-uses-tls',
    title: 'Outbound: STARTTLS is used when the next hop offers it',
    sends:
      'as the first account: a message to a domain whose mail server offers STARTTLS with TLS 1.2 and 1.3',
    demands: 'the message arrives inside TLS',
    level: 'SHOULD',
    severity: 'high',
    clauses: ['rfc3207#6', 'bsi-tr-03108#4.1.4', 'rfc5321#2.2.1', 'rfc5321#4.1.1.1', 'rfc5321#appendix-F.3'],
    ...OUTGOING_MAIL,
    budget: '15s',
    waits: deliveries(1),
    limits: ['Where mail leaves by a smarthost, that is the next hop.'],
    kills: ['outbound-never-uses-tls'],
  },
  async (services) => {
    const { lab, target, verify, notApplicable, inconclusive } = services;
    const tls = target.claims.smarthost?.tls;
    if (tls !== undefined && tls !== 'starttls')
      notApplicable(
        'All mail goes to a smarthost that offers no STARTTLS.',
        `claims: smarthost: tls: ${tls}`,
      );
    const receiver = await lab().receiver({ label: 'offers-tls', tls: { minVersion: 'TLSv1.2' } });
    const { arrived } = await watchDelivery(services, receiver);
    if (!arrived)
      return inconclusive('precondition', `The message did not arrive within ${lab().outboundMs} ms.`);
    verify.that(arrived.tls !== null, {
      demand: 'mail to a server that offers STARTTLS arrives inside TLS',
      expected: 'TLS',
      actual: arrived.tls ? `${arrived.tls.version} with ${arrived.tls.cipher}` : 'a message in the clear',
    });
  },
);

/** Larger than the limit that is listed before TLS. */
const LIMIT = 1_000;
const LARGE_BODY = Array.from({ length: 80 }, (_, index) => `${index} `.padEnd(64, 'x')).join('\n');

export const senderForgetsTheClear = check(
  {
    id: 'STLS-021',
    slug: 'sender-forgets-the-clear',
    title: 'Outbound: state from before TLS is discarded and EHLO is repeated',
    sends:
      'as the first account: a message of 5 kB to a server that lists CHUNKING, PIPELINING, SMTPUTF8 and SIZE 1000 before TLS and nothing inside it',
    demands: 'the target sends EHLO inside TLS and uses nothing that was listed before it',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc3207#4.2', 'rfc5321#4.3.1', 'rfc2920#3.1'],
    ...OUTGOING_MAIL,
    buildsOn: [serversAreReached],
    needs: [...OUTGOING_MAIL.needs, 'own-delivery'],
    budget: '15s',
    waits: deliveries(1),
    kills: [
      'outbound-skips-second-ehlo',
      'outbound-keeps-capabilities-across-tls',
      'outbound-obeys-size-from-before-tls',
    ],
  },
  async (services) => {
    const { lab, verify, inconclusive } = services;
    const receiver = await lab().receiver({
      label: 'promises',
      extensions: { plain: ['CHUNKING', 'PIPELINING', 'SMTPUTF8', `SIZE ${LIMIT}`, 'STARTTLS'], tls: [] },
      // A pipelined command shows by coming while another one still waits for its reply.
      script: [{ stage: 'MAIL', channel: 'tls', delayMs: 300 }],
    });
    const { sessions, arrived } = await watchDelivery(services, receiver, LARGE_BODY);
    const inside = sessions.filter(({ tls }) => tls?.established);
    const [session] = inside;
    if (!session) return inconclusive('precondition', 'The target never got into TLS with the server.');
    const commands = inside.flatMap(commandsInsideTls);
    verify.that(commands[0]?.startsWith('EHLO') ?? false, {
      demand: 'the first command inside TLS is EHLO',
      expected: 'EHLO',
      actual: commands[0] ?? 'nothing',
    });
    const early = commands.filter(usesAnExtension);
    verify.that(early.length === 0, {
      demand: 'nothing is used that was listed before TLS only',
      expected: 'commands without SIZE, SMTPUTF8 and BDAT',
      actual: early.join(' / ') || commands.join(' / '),
    });
    const pipelined = inside.flatMap(pipelinedLines);
    verify.that(pipelined.length === 0, {
      demand: 'commands wait for the reply to the one before, since PIPELINING is not listed inside TLS',
      expected: 'one command at a time',
      actual: pipelined.join(' / ') || 'one command at a time',
    });
    const began = commands.some((command) => command.startsWith('MAIL'));
    verify.that(arrived !== null || began, {
      demand: 'a message over the SIZE listed before TLS is sent inside it',
      expected: 'MAIL',
      actual: `${commands.join(' / ') || 'nothing'}, and ${arrived ? 'the message' : 'no message'} within ${lab().outboundMs} ms`,
    });
  },
);

function commandsInsideTls({ commands }: SmtpSession): readonly string[] {
  return commands
    .filter(({ channel, verb }) => channel === 'tls' && verb !== '.')
    .map(({ verb, argument }) => `${verb} ${argument}`.trim());
}

function usesAnExtension(command: string): boolean {
  return /^BDAT\b/.test(command) || /^MAIL\b.*> .*\b(SIZE=|SMTPUTF8\b)/i.test(command);
}

export const injectedRepliesAreDiscarded = check(
  {
    id: 'STLS-022',
    slug: 'injected-replies-are-discarded',
    title: 'Outbound: injected replies after 220 are discarded (response injection)',
    sends:
      'as the first account: a message to a server that answers STARTTLS with 220 and a forged EHLO reply in the same segment, and inside TLS hesitates before it answers EHLO',
    demands: 'the target waits for the real reply to EHLO, or gives up the connection',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc3207#4.2', 'rfc3207#6', 'rfc9325#3.2'],
    ...OUTGOING_MAIL,
    buildsOn: [serversAreReached],
    needs: [...OUTGOING_MAIL.needs, 'own-delivery', 'raw-tls'],
    budget: '20s',
    waits: deliveries(1),
    kills: ['outbound-keeps-input-across-tls'],
  },
  async (services) => {
    const { lab, verify, bytes, nonce, note } = services;
    const forged = bytes.lines(`250-injected-${nonce}.test`, '250-SIZE 10', `250 X-${nonce.toUpperCase()}`);
    const receiver = await lab().receiver({
      label: 'injects',
      script: [
        { stage: 'STARTTLS', append: { base64: forged.toString('base64') } },
        { stage: 'EHLO', channel: 'tls', delayMs: HESITATION },
      ],
    });
    await makeTargetSend(services, [`probe@${receiver.domain}`]);
    const sessions = await sessionsWithUpgrade(services, receiver);
    for (const session of sessions) {
      if (!session.tls?.established) {
        note(`One connection ended in the handshake: ${session.tls?.failure?.message ?? 'no reason given'}`);
        continue;
      }
      const early = linesBeforeFirstReply(session);
      const onlyHello = early.length === 0 || (early.length === 1 && /^(EHLO|HELO)\b/i.test(early[0] ?? ''));
      verify.that(onlyHello, {
        demand: 'nothing but EHLO is sent inside TLS before the server answered it',
        expected: 'EHLO alone',
        actual: early.join(' / '),
      });
    }
    if (sessions.every(({ tls }) => !tls?.established)) {
      verify.met('the forged reply is not used', `${sessions.length} connections, given up after STARTTLS`);
    }
  },
);

export const nothingFollowsStarttls = check(
  {
    id: 'STLS-023',
    slug: 'nothing-follows-starttls',
    title: 'Outbound: nothing is pipelined after STARTTLS',
    sends: 'as the first account: a message to a server that hesitates before it answers STARTTLS',
    demands: 'the target sends nothing between STARTTLS and its ClientHello',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4', 'rfc2920#3.1'],
    ...OUTGOING_MAIL,
    buildsOn: [serversAreReached],
    needs: [...OUTGOING_MAIL.needs, 'own-delivery'],
    budget: '20s',
    waits: deliveries(1),
    kills: ['outbound-pipelines-after-starttls'],
  },
  async (services) => {
    const { lab, verify, note } = services;
    const receiver = await lab().receiver({
      label: 'hesitates',
      script: [{ stage: 'STARTTLS', delayMs: HESITATION }],
    });
    await makeTargetSend(services, [`probe@${receiver.domain}`]);
    for (const session of await sessionsWithUpgrade(services, receiver)) {
      const { after, helloBeforeReply } = upgradeOf(session);
      // Early TLS is a fault of its own, and no command in the clear.
      if (helloBeforeReply) note('The ClientHello came before the reply to STARTTLS.');
      verify.nothing(after, 'nothing is sent between STARTTLS and the ClientHello');
    }
  },
);
