import { check, type Services, type VerifiedSignature, type Verify } from '../../harness/check/check.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { isRecipientTaken } from '../../harness/steps/hand-over.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { openStranger } from '../../harness/steps/smtp-login.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { SENT_MAIL } from './dkim-check.ts';
import { linesOf, send, written } from './sent-mail.ts';

const LONG = 998;
const LARGE = 1_000_000;
/** How long a report is waited for that need not come, in milliseconds. */
const REPORT = 10_000;

interface Kind {
  readonly name: string;
  readonly fields: readonly string[];
  readonly body: readonly string[];
}

const TEXT = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=us-ascii'];
const LINE = 'The minutes of the meeting are complete, and there are many of them.';
const BOUNDARY = 'part-of-the-minutes';

const KINDS: readonly Kind[] = [
  { name: 'text', fields: TEXT, body: ['The minutes are complete.'] },
  {
    name: 'text and HTML',
    fields: ['MIME-Version: 1.0', `Content-Type: multipart/alternative; boundary="${BOUNDARY}"`],
    body: [
      `--${BOUNDARY}`,
      'Content-Type: text/plain',
      '',
      'The minutes are complete.',
      `--${BOUNDARY}`,
      'Content-Type: text/html',
      '',
      '<p>The minutes are <b>complete</b>.</p>',
      `--${BOUNDARY}--`,
    ],
  },
  {
    name: 'UTF-8',
    fields: [
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
    ],
    body: ['Gr=C3=BC=C3=9Fe und K=C3=BCsse'],
  },
  { name: 'a long line', fields: TEXT, body: ['a'.repeat(LONG), 'end'] },
  { name: 'leading dots', fields: TEXT, body: ['.one dot', '..two dots', '.', 'end'] },
  { name: '1 MB', fields: TEXT, body: Array.from({ length: Math.ceil(LARGE / LINE.length) }, () => LINE) },
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
    clauses: [
      'rfc6376#5.6',
      'rfc6376#5.3',
      'rfc6376#3.3.2',
      'rfc6376#3.5',
      'rfc6376#3.7',
      'rfc6376#5.5',
      'rfc9989#4.5',
      'rfc9989#7.4',
      'rfc9989#8',
    ],
    roles: ['mx', 'submission', 'submissions'],
    budget: '60s',
    waits: deliveries(KINDS.length),
    limits: ['Automatic replies are not looked at: nothing from outside makes a server send one.'],
    kills: ['signs-nothing', 'signs-stuffed-dots', 'signs-no-reports'],
  },
  async (services) => {
    const { variant, account, inconclusive } = services;
    for (const { name, fields, body } of KINDS) {
      await variant(name, async (verify) => {
        const sending = await send(services, account(), (to) =>
          written(services, { from: account().address, to, below: fields, body }),
        );
        if (sending.kind === 'lost')
          return inconclusive('precondition', 'The message was taken and did not arrive.');
        if (sending.kind === 'refused')
          return inconclusive('precondition', `The message is refused: ${sending.line}`);
        expectGoodSignature(verify, sending.signatures, `a message with ${name} carries a good signature`);
      });
    }
    await variant('report of a delivery', async (verify) => {
      const report = await provokeReport(services);
      const signatures = await services.authentication.dkim.verify(report, publishedTexts(services));
      const demand = 'a report of the server itself carries a good signature';
      expectGoodSignature(verify.ideally, signatures, demand);
    });
  },
);

function expectGoodSignature(
  verify: Omit<Verify, 'ideally'>,
  signatures: readonly VerifiedSignature[],
  demand: string,
): void {
  const isGood = signatures.some(({ result, aligned }) => result === 'pass' && aligned);
  const expected = 'a signature of the domain of the author: pass';
  verify.that(isGood, { demand, expected, actual: linesOf(signatures) });
}

/** Makes the target report a delivery to somebody elsewhere (RFC 3461 §5.2.3). */
async function provokeReport(services: Services): Promise<Buffer> {
  const { target, lab, nonce, account, notApplicable, inconclusive, patiently } = services;
  if (!target.endpoints.mx) return notApplicable('The target declares no mx.', 'no role mx');
  const world = lab();
  const sender = await world.externalRecipient(`${nonce}-report`);
  const body = ['Please tell me when this is delivered.'];
  const content = written(services, { from: sender, to: account().address, body });
  const reply = await patiently(async () => {
    const client = await openStranger(services);
    try {
      if (!extensionsOf(client).has('DSN'))
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
