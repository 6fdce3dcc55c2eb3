import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { isRecipientTaken } from '../../harness/steps/hand-over.ts';
import { messages, SENT_MAIL } from './dkim-check.ts';
import { publishedTexts } from './published-keys.ts';
import { linesOf, ordinaryHeader, type Signature, send } from './sent-mail.ts';

const LONG = 998;
const LARGE = 1_000_000;
/** How long a report is waited for that need not come, in milliseconds. */
const REPORT = 10_000;

interface Kind {
  readonly name: string;
  readonly fields: readonly string[];
  readonly body: (services: Services) => Buffer;
}

const TEXT = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=us-ascii'];
const BOUNDARY = 'part-of-the-minutes';

const KINDS: readonly Kind[] = [
  { name: 'text', fields: TEXT, body: ({ bytes }) => bytes.lines('The minutes are complete.') },
  {
    name: 'text and HTML',
    fields: ['MIME-Version: 1.0', `Content-Type: multipart/alternative; boundary="${BOUNDARY}"`],
    body: ({ bytes }) =>
      bytes.lines(
        `--${BOUNDARY}`,
        'Content-Type: text/plain',
        '',
        'The minutes are complete.',
        `--${BOUNDARY}`,
        'Content-Type: text/html',
        '',
        '<p>The minutes are <b>complete</b>.</p>',
        `--${BOUNDARY}--`,
      ),
  },
  {
    name: 'UTF-8',
    fields: [
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
    ],
    body: ({ bytes }) => bytes.lines('Gr=C3=BC=C3=9Fe und K=C3=BCsse'),
  },
  {
    name: 'a long line',
    fields: TEXT,
    body: ({ bytes }) => bytes.lines('a'.repeat(LONG), 'end'),
  },
  {
    name: 'leading dots',
    fields: TEXT,
    body: ({ bytes }) => bytes.lines('.one dot', '..two dots', '.', 'end'),
  },
  {
    name: '1 MB',
    fields: TEXT,
    body: ({ bytes }) => {
      const line = 'The minutes of the meeting are complete, and there are many of them.';
      return bytes.lines(...Array.from({ length: Math.ceil(LARGE / line.length) }, () => line));
    },
  },
];

export const sentMailIsSigned = check(
  {
    ...SENT_MAIL,
    id: 'DKIM-017',
    slug: 'sent-mail-is-signed',
    title: 'Every outbound message of the domain carries a signature that verifies',
    sends: `messages of a user to somebody elsewhere: ${KINDS.map(({ name }) => name).join(', ')}; a message from elsewhere that asks for a report of its delivery`,
    demands:
      'each arrives with a signature of the domain of the author that verifies by the published key; the report too',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc6376#5', 'rfc6376#5.3', 'rfc6376#6.1'],
    roles: ['mx', 'submission', 'submissions'],
    budget: '60s',
    waits: messages(KINDS.length),
    limits: ['Automatic replies are not looked at: nothing from outside makes a server send one.'],
    kills: ['signs-nothing', 'signs-stuffed-dots', 'signs-no-reports'],
  },
  async (services) => {
    const { variant, account, bytes, inconclusive } = services;
    for (const { name, fields, body } of KINDS) {
      await variant(name, async (verify) => {
        const sending = await send(services, account(), (to) =>
          Buffer.concat([
            bytes.lines(...ordinaryHeader(services, { from: `<${account().address}>`, to }), ...fields, ''),
            body(services),
          ]),
        );
        if (sending.kind !== 'arrived')
          return inconclusive(
            'precondition',
            sending.kind === 'lost'
              ? 'The message was taken and did not arrive.'
              : `The message is refused: ${sending.line}`,
          );
        expectGoodSignature(verify, sending.signatures, `a message with ${name} carries a good signature`);
      });
    }
    await variant('report of a delivery', async (verify) => {
      const report = await provokeReport(services);
      const signatures = await services.authentication.dkim.verify(report, publishedTexts(services));
      expectGoodSignature(
        verify.ideally,
        signatures,
        'a report of the server itself carries a good signature',
      );
    });
  },
);

function expectGoodSignature(
  verify: Omit<Verify, 'ideally'>,
  signatures: readonly Signature[],
  demand: string,
): void {
  verify.that(
    signatures.some(({ result, aligned }) => result === 'pass' && aligned),
    {
      demand,
      expected: 'a signature of the domain of the author: pass',
      actual: linesOf(signatures),
    },
  );
}

/** Makes the target report a delivery to somebody elsewhere (RFC 3461 §5.2.3). */
async function provokeReport(services: Services): Promise<Buffer> {
  const { smtp, target, lab, nonce, account, bytes, notApplicable, inconclusive, patiently } = services;
  if (!target.endpoints.mx) return notApplicable('The target declares no mx.', 'no role mx');
  const world = lab();
  const sender = await world.externalRecipient(`${nonce}-report`);
  const content = bytes.lines(
    ...ordinaryHeader(services, { from: `<${sender}>`, to: account().address }),
    '',
    'Please tell me when this is delivered.',
  );
  const reply = await patiently(async () => {
    const client = await smtp({ role: 'mx', at: target.claims.mxRequiresTls ? 'tls' : 'ready' });
    try {
      if (!client.capabilities?.keywords.has('DSN'))
        return notApplicable('The target reports no deliveries.', 'EHLO on mx does not list DSN');
      const mail = await client.command(`MAIL FROM:<${sender}>`);
      if (mail.code !== 250) return mail;
      const rcpt = await client.command(`RCPT TO:<${account().address}> NOTIFY=SUCCESS`);
      return isRecipientTaken(rcpt) ? await client.data(content) : rcpt;
    } finally {
      await client.quit();
    }
  });
  if (reply.code !== 250)
    return inconclusive(
      'precondition',
      `A message that asks for a report is not taken: ${reply.code} ${reply.text}`,
    );
  const withinMs = Math.min(REPORT, world.outboundMs);
  const report = await world.waitForMessage({ recipient: sender, withinMs });
  if (!report)
    return notApplicable('The target sent no report of the delivery.', `none came within ${withinMs} ms`);
  return report.content;
}
