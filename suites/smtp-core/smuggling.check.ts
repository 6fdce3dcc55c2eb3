import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { FALSE_ENDS, type FalseEnd, nameOf } from './end-of-data.ts';
import { openSender } from './session.ts';
import { MAILBOX } from './smtp-check.ts';
import { assertRealEndWorks, attack, findingOf, type Manner, toldBriefly, verifyEnd } from './smuggling.ts';
import { isEnded, isSmuggled } from './smuggling-trial.ts';

const PLAIN: Manner = { name: 'one segment', hello: 'EHLO', second: 'DATA' };
/** Not every server takes commands that come before their time; where segments are cut is up to an attacker. */
const PATIENT: Manner = { name: 'command by command', hello: 'EHLO', second: 'DATA', patient: true };
const MANNERS: readonly Manner[] = [
  { name: 'by BDAT', hello: 'EHLO', second: 'BDAT' },
  { name: 'after HELO', hello: 'HELO', second: 'DATA' },
  { name: 'octet by octet', hello: 'EHLO', second: 'DATA', split: true },
];
/** The forms that servers are known to fall for, and the only ones tried in every manner. */
const NOTORIOUS = FALSE_ENDS.slice(0, 4);

export const oneTransactionIsOneMessage = check(
  {
    id: 'SMTP-015',
    slug: 'one-transaction-is-one-message',
    title: 'Inbound smuggling end to end: one transaction never becomes two messages',
    sends:
      'messages in which a false end and a whole second transaction stand, for another mailbox: in one segment, octet by octet and command by command, after EHLO and HELO, the second message by DATA and by BDAT',
    demands: 'at most one message comes out of one transaction',
    level: 'MUST',
    severity: 'critical',
    asStranger: true,
    clauses: ['rfc5321#4.1.1.4', 'rfc5321#2.3.8'],
    ...MAILBOX,
    budget: '180s',
    limits: [
      'Published as VU#302671, with CVE-2023-51764 (Postfix), CVE-2023-51765 (Sendmail) and CVE-2023-51766 (Exim).',
      'The second message is looked for in the mailboxes of the declared accounts only.',
      'Commands one by one, as a server without PIPELINING takes them, reach the target only where the sender cuts its segments there; an attacker can choose lengths so that it does.',
    ],
    kills: [
      'smtp-ends-data-at-lf-dot-lf',
      'smtp-ends-data-at-lf-dot-crlf',
      'smtp-ends-data-at-cr-dot-cr',
      'smtp-ends-data-at-crlf-dot-lf',
      'smtp-ends-data-at-lf-dot-lf-and-silence',
      'smtp-refuses-false-end-and-goes-on',
    ],
  },
  async (services) => {
    const { role, variant } = services;
    await assertRealEndWorks(services);
    let label = 0;
    const tried = async (manner: Manner, falseEnd: FalseEnd) => {
      label += 1;
      await variant(`${nameOf(falseEnd)}, ${manner.name}`, (verify) =>
        judge(services, verify, manner, falseEnd, String(label)),
      );
    };
    // Every form that may end the data is tried to its end: no other check says what comes of it.
    for (const falseEnd of FALSE_ENDS) await tried(PLAIN, falseEnd);
    for (const falseEnd of FALSE_ENDS) await tried(PATIENT, falseEnd);
    const { client } = await openSender(services);
    const chunking = extensionsOf(client).has('CHUNKING');
    client.connection.close();
    for (const manner of MANNERS) {
      if (manner.second === 'BDAT' && !chunking) continue;
      if (manner.hello === 'HELO' && role !== 'mx') continue;
      for (const falseEnd of NOTORIOUS) await tried(manner, falseEnd);
    }
  },
);

/** Messages whose lines end otherwise than in CRLF, and what could end them. */
const LINE_MODES: readonly {
  readonly name: string;
  readonly lines: (services: Services, lines: Buffer) => Buffer;
  readonly end: FalseEnd['octets'];
  readonly reachable: boolean;
}[] = [
  { name: 'LF throughout', lines: allLf, end: ['LF', '.', 'LF'], reachable: false },
  {
    name: 'LF throughout, ended by LF . CR LF',
    lines: allLf,
    end: ['LF', '.', 'CR', 'LF'],
    reachable: false,
  },
  { name: 'CR throughout', lines: allCr, end: ['CR', '.', 'CR'], reachable: false },
  { name: 'first line CR LF, then LF', lines: lfAfterFirst, end: ['LF', '.', 'LF'], reachable: true },
  { name: 'first line LF, then CR LF', lines: lfFirst, end: ['LF', '.', 'LF'], reachable: false },
];

export const lineEndsDoNotSwitch = check(
  {
    id: 'SMTP-028',
    slug: 'line-ends-do-not-switch',
    title: 'No message makes the server read LF or CR as the end of a line',
    sends:
      'messages whose lines all end in LF or all in CR, or that change between CRLF and LF, with a false end of the same kind and a whole second transaction after it, at once and command by command',
    demands: 'the data ends at CRLF.CRLF only, whatever the lines before ended in',
    level: 'MUST',
    severity: 'high',
    asStranger: true,
    clauses: ['rfc5321#2.3.8', 'rfc5321#4.1.1.4'],
    ...MAILBOX,
    budget: '60s',
    limits: [
      'A message whose first line does not end in CRLF reaches the target only through a sender that adds no trace field on top, or from the client that wrote it.',
    ],
    kills: [
      'smtp-reads-lf-messages',
      'smtp-ends-data-at-lf-dot-lf',
      'smtp-ends-data-at-lf-dot-lf-and-silence',
    ],
  },
  async (services) => {
    await assertRealEndWorks(services);
    for (const [index, { name, lines, end, reachable }] of LINE_MODES.entries()) {
      const falseEnd = { octets: end, reachable };
      const carrier = (all: Buffer) => withoutLast(lines(services, all));
      await services.variant(name, (verify) =>
        judge(services, verify, PLAIN, falseEnd, `mode-${index}`, carrier),
      );
      await services.variant(`${name}, ${PATIENT.name}`, (verify) =>
        judge(services, verify, PATIENT, falseEnd, `patient-${index}`, carrier),
      );
    }
  },
);

async function judge(
  services: Services,
  verify: Verify,
  manner: Manner,
  falseEnd: FalseEnd,
  label: string,
  carrier?: (lines: Buffer) => Buffer,
): Promise<void> {
  const seen = await attack(services, manner, falseEnd, label, carrier);
  const two = isSmuggled(seen.outcome) || seen.delivered;
  // What only a broken sender lets through is told here, and judged by SMTP-027.
  const strength = falseEnd.reachable || carrier ? verify : verify.ideally;
  strength.that(!two, {
    demand: `${nameOf(falseEnd)} and commands after it make no second message`,
    expected: 'one message at most',
    actual: two ? findingOf(seen, falseEnd.reachable) : toldBriefly(seen),
  });
  if (!two && isEnded(seen.outcome))
    verifyEnd(verify.ideally, seen, falseEnd, findingOf(seen, falseEnd.reachable));
}

/** One octet ends the last line in every mode. */
function withoutLast(lines: Buffer): Buffer {
  return lines.subarray(0, -1);
}

function replaced({ bytes }: Services, lines: Buffer, by: Buffer): Buffer {
  const split = lines.toString('latin1').split(bytes.CRLF.toString('latin1'));
  return Buffer.from(split.join(by.toString('latin1')), 'latin1');
}

function allLf(services: Services, lines: Buffer): Buffer {
  return replaced(services, lines, services.bytes.LF);
}

function allCr(services: Services, lines: Buffer): Buffer {
  return replaced(services, lines, services.bytes.CR);
}

function lfAfterFirst(services: Services, lines: Buffer): Buffer {
  const first = lines.indexOf(services.bytes.CRLF) + services.bytes.CRLF.length;
  return Buffer.concat([lines.subarray(0, first), allLf(services, lines.subarray(first))]);
}

/** The last line is left without CRLF, so that the false end after it stands alone. */
function lfFirst(services: Services, lines: Buffer): Buffer {
  const { CRLF } = services.bytes;
  const first = lines.indexOf(CRLF) + CRLF.length;
  return Buffer.concat([allLf(services, lines.subarray(0, first)), lines.subarray(first, -1)]);
}
