import { type ArrivedMessage, check, type Receiver, type Services } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { SENDING_ROLES } from '../../harness/steps/smtp-login.ts';
import { publish, silentDomain } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { assertEvaluated } from './evaluation.ts';
import { attempt, wordsOf } from './trial.ts';

const common = {
  ...AUTHORED_MAIL,
  needs: ['account', 'mailbox', 'dns', 'sink', 'time'],
  considers: [mailLeaves],
} as const;
/** Messages about which a report has to tell: one that passes, and one that does not. */
const MESSAGES = 2;
/** How far apart the reports of one go may come, in milliseconds. */
const SPREAD = 1_000;
/** Pause between two looks for further reports, in milliseconds. */
const LOOK = 200;

export const aggregateReportsReachWhoAgreed = check(
  {
    ...common,
    id: 'DMARC-014',
    slug: 'aggregate-reports-reach-who-agreed',
    title: 'Aggregate reports are sent, well formed, authenticated and only to authorised destinations',
    sends:
      'messages of domains whose reports go to themselves, to another domain that agrees, and to another domain that does not',
    demands: 'the first two get a report with the right count, signed; the third gets nothing',
    level: 'SHOULD',
    severity: 'low',
    clauses: [
      'rfc9989#5.3.8',
      'rfc9989#4.7',
      'rfc9989#5.3.7',
      'rfc9989#8',
      'rfc9989#11.6',
      'rfc9990#4',
      'bsi-tr-03182#4.1.8',
    ],
    budget: '60s',
    waits: ({ claims }) => (claims.dmarcReportsWithinMs ?? 0) * 2,
    upholds: ['dmarc-reports'],
    kills: ['dmarc-reports-to-strangers', 'dmarc-reports-unsent'],
    limits: [
      'Servers report once a day. The check waits as long as the target file says (claims: dmarc-reports), and is not applicable where it says nothing.',
    ],
  },
  async (services) => {
    const { verify, target, lab, notApplicable } = services;
    const within = target.claims.dmarcReportsWithinMs;
    if (!within)
      return notApplicable(
        'No time is declared within which aggregate reports come.',
        'claims: dmarc-reports is left out',
      );
    assertReportsCouldLeave(services);
    const world = lab();
    const own = await world.receiver({ label: 'own' });
    const willing = await world.receiver({ label: 'willing' });
    const stranger = await world.receiver({ label: 'stranger' });
    await reportTo(services, own.domain, own);
    const [told, untold] = [world.domain('told'), world.domain('untold')];
    await reportTo(services, told, willing);
    await reportTo(services, untold, stranger);
    await world.dns.publish(`${told}._report._dmarc.${willing.domain}`, [
      { name: `${told}._report._dmarc.${willing.domain}`, type: 'TXT', data: 'v=DMARC1' },
    ]);
    for (const domain of [own.domain, told, untold]) await sendTwo(services, domain);
    const sent = performance.now();

    const report = await own.waitForMessage({ withinMs: within });
    const came = verify.ideally.found(report, `${own.domain} is told what became of mail in its name`, {
      what: `a report within ${within} ms`,
    });
    if (came) {
      await judge(services, own, report, within);
      const other = await willing.waitForMessage({ withinMs: within });
      verify.ideally.found(other, `${willing.domain} agreed to be told about ${told}, and is`, {
        what: 'a report',
      });
    }
    // Reports are sent in one go: as long again as the others took is enough, and where nothing came a moment.
    const took = performance.now() - sent;
    const patience = came ? Math.min(within, took + SPREAD) : SPREAD;
    const unwanted = await stranger.waitForMessage({ withinMs: Math.ceil(patience) });
    verify.absent(unwanted, `${stranger.domain} did not agree to be told about ${untold}, and is not`, {
      what: 'a report',
      as: contentOf,
    });
  },
);

/**
 * Where no mail leaves the target, no report does. A target without submission is taken at its word.
 * @throws Inconclusive
 */
function assertReportsCouldLeave({ target, finding }: Services): void {
  if (SENDING_ROLES.some((role) => target.endpoints[role])) finding(mailLeaves);
}

/** Publishes a policy whose reports go to a receiving server. */
function reportTo({ lab }: Services, domain: string, receiver: Receiver): Promise<void> {
  const name = `_dmarc.${domain}`;
  const data = `v=DMARC1; p=none; rua=mailto:reports@${receiver.domain}`;
  return lab().dns.publish(name, [{ name, type: 'TXT', data }]);
}

async function sendTwo(services: Services, domain: string): Promise<void> {
  const mail = `mail.${domain}`;
  await publish(services, mail, { spf: 'sender' });
  for (const [name, sender] of [
    ['passes', `author@${mail}`],
    ['fails', `bounces@${await silentDomain(services, 'elsewhere')}`],
  ] as const) {
    const handling = await attempt(services, {
      name: `${domain} ${name}`,
      author: `author@${domain}`,
      sender,
    });
    await assertEvaluated(services, domain, handling);
    if (handling.kind === 'rejected' || handling.kind === 'deferred')
      services.inconclusive(
        'precondition',
        `A message about which a report was to tell was ${wordsOf(handling)}.`,
      );
  }
}

async function judge(
  services: Services,
  { domain, messages }: Receiver,
  report: ArrivedMessage,
  within: number,
): Promise<void> {
  const { verify, authentication, pause } = services;
  const read = authentication.readAggregateReport(report.content);
  const demand = 'what comes is an aggregate report';
  if (typeof read === 'string') {
    verify.ideally.missed(demand, { expected: 'a feedback document, gzip or XML', actual: read });
    return;
  }
  verify.ideally.met(demand, `a report about ${read.domain}`);
  // A report may close between the two messages; then a second one tells the other.
  const deadline = performance.now() + within;
  let told = read.messages;
  while (told < MESSAGES && performance.now() < deadline) {
    await pause(LOOK);
    told = (await messages())
      .map(({ content }) => authentication.readAggregateReport(content))
      .reduce((sum, one) => sum + (typeof one === 'string' ? 0 : one.messages), 0);
  }
  verify.ideally.that(read.domain === domain && told === MESSAGES, {
    demand: 'reports tell what was sent',
    expected: `${MESSAGES} messages of ${domain}`,
    actual: `${told} messages of ${read.domain}`,
  });
  const [signature] = /^dkim-signature:.*/im.exec(report.content.toString('latin1')) ?? [];
  verify.ideally.found(signature, 'the report is signed', {
    what: 'a DKIM-Signature',
    as: (field) => field,
  });
}

export const failureReportsAreNotSent = check(
  {
    ...common,
    id: 'DMARC-015',
    slug: 'failure-reports-are-not-sent',
    title: 'Failure (ruf) reports are not sent, or only under declared privacy rules',
    sends: 'a forged message of a domain that asks to be told of every failure at once',
    demands: 'nothing is told, because such reports carry what people wrote',
    level: 'policy',
    severity: 'low',
    clauses: ['bsi-tr-03182#4.1.8'],
    budget: '60s',
    waits: ({ timing }) => timing.outboundMs,
    kills: ['dmarc-failure-reports-sent'],
    limits: ['Reports that come later than an ordinary delivery are not seen.'],
  },
  async (services) => {
    const { verify, lab } = services;
    assertReportsCouldLeave(services);
    const world = lab();
    const receiver = await world.receiver({ label: 'curious' });
    const name = `_dmarc.${receiver.domain}`;
    const data = `v=DMARC1; p=none; fo=1; ruf=mailto:failures@${receiver.domain}`;
    await world.dns.publish(name, [{ name, type: 'TXT', data }]);
    const handling = await attempt(services, {
      name: 'failing',
      author: `author@${receiver.domain}`,
      sender: `bounces@${await silentDomain(services, 'elsewhere')}`,
    });
    await assertEvaluated(services, receiver.domain, handling);
    const report = await receiver.waitForMessage();
    verify.absent(report, 'nobody is sent what a failing message says', { what: 'a report', as: contentOf });
  },
);

function contentOf({ content }: ArrivedMessage): string {
  return content.toString('latin1');
}
