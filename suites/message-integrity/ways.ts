import {
  type Lab,
  type MailSought,
  type Offered,
  readHeader,
  type Services,
  type Verify,
} from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { assertHasMailbox, assertSeesJunk, inMaildrop } from '../../harness/steps/in-mailbox.ts';
import { SENDING_ROLES } from '../../harness/steps/smtp-login.ts';
import { mayStrangerBeNamed, strangerOf } from '../../harness/steps/stranger.ts';
import { valuesOf } from './header.ts';
import { type About, shortLetter } from './letter.ts';

/** Who has what a server elsewhere was handed. */
export const NEXT_HOP = 'next hop';

/** A message as somebody at its destination has it. */
export interface Copy {
  /** `IMAP`, `POP3` or `next hop`, to begin a demand with. */
  readonly reader: string;
  readonly bytes: Buffer;
}

/** A message that is handed in, whose content may depend on the envelope. */
export interface Mail {
  /** ASCII that no other message has. */
  readonly token: string;
  /** Parameters of MAIL. */
  readonly parameters?: string;
  /** Somebody else than the stranger that mx is shown otherwise. */
  readonly sender?: string;
  compose(envelope: Envelope): Buffer;
}

export type Envelope = Pick<About, 'from' | 'to'>;

/** What became of a message. */
export interface Journey {
  readonly token: string;
  readonly to: string;
  readonly sent: Buffer;
  readonly offered: Offered;
  /** None where it was not taken, or did not arrive in time. */
  readonly copies: readonly Copy[];
}

/** A way through the target. */
export interface Way {
  readonly name: string;
  /** Distinguishes the tokens of both ways. */
  readonly key: string;
  send(services: Services, mail: Mail): Promise<Journey>;
}

/** From a stranger to mx, read in the mailbox by IMAP and by POP3. */
export const TO_MAILBOX: Way = {
  name: 'from elsewhere to a mailbox',
  key: 'in',
  async send(services, mail) {
    const { offer, target, notApplicable } = services;
    if (!target.endpoints.mx) notApplicable('The target declares no mx.', 'no port 25');
    assertHasMailbox(services);
    const envelope = { from: mail.sender ?? (await strangerOf(services)), to: services.account().address };
    const sent = mail.compose(envelope);
    const offered = await offer({ content: sent, sender: envelope.from, ...parametersOf(mail) });
    return journeyOf(services, TO_MAILBOX, { token: mail.token, to: envelope.to, sent, offered });
  },
};

/** From the first account by submission to a server elsewhere. */
export const TO_NEXT_HOP: Way = {
  name: 'from a user to another server',
  key: 'out',
  async send(services, mail) {
    const { offer, lab, account, finding } = services;
    finding(mailLeaves);
    const envelope = { from: account().address, to: await lab().externalRecipient(mail.token) };
    const sent = mail.compose(envelope);
    const offered = await offer({
      content: sent,
      sender: envelope.from,
      recipient: envelope.to,
      as: account(),
      ...parametersOf(mail),
    });
    return journeyOf(services, TO_NEXT_HOP, { token: mail.token, to: envelope.to, sent, offered });
  },
};

/** The same where no lab has servers elsewhere: from the first account by submission to itself. */
const TO_OWN_MAILBOX: Way = {
  name: 'from a user to his own mailbox',
  key: 'own',
  async send(services, mail) {
    const { offer, account } = services;
    assertHasMailbox(services);
    const { address } = account();
    const sent = mail.compose({ from: address, to: address });
    const offered = await offer({ content: sent, sender: address, as: account(), ...parametersOf(mail) });
    return journeyOf(services, TO_OWN_MAILBOX, { token: mail.token, to: address, sent, offered });
  },
};

export const WAYS: readonly Way[] = [TO_MAILBOX, TO_NEXT_HOP];

/**
 * The ways that are there. Without a lab a user sends to himself, and a stranger who may not name himself in the
 * envelope sends only where nobody else does: mail of the null reverse-path, whose author is in no domain, is refused
 * for that by many.
 */
export function waysOf(services: Services, ways: readonly Way[] = WAYS): readonly Way[] {
  const { hasLab, target } = services;
  if (hasLab) return ways;
  const isUserThere =
    SENDING_ROLES.some((role) => target.endpoints[role]) && ways.some(({ key }) => key === TO_NEXT_HOP.key);
  return ways.flatMap((way) => {
    if (way.key === TO_NEXT_HOP.key) return isUserThere ? [TO_OWN_MAILBOX] : [];
    return isUserThere && !mayStrangerBeNamed(services) ? [] : [way];
  });
}

async function journeyOf(services: Services, way: Way, begun: Omit<Journey, 'copies'>): Promise<Journey> {
  const isTaken = begun.offered.disposition === 'accepted';
  return { ...begun, copies: isTaken ? await retrieveCopies(services, way, begun) : [] };
}

/**
 * What arrived of a message that was handed in by other means than `send`.
 * @param wait how long it is waited for; as long as a delivery may take where nothing is said
 */
export function retrieveCopies(
  services: Services,
  way: Way,
  { token, sent, to }: Pick<Journey, 'token' | 'sent' | 'to'>,
  wait: { readonly withinMs?: number } = {},
): Promise<readonly Copy[]> {
  return way.key !== TO_NEXT_HOP.key
    ? copiesInMailbox(services, { token, sent, ...wait })
    : copiesAtNextHop(services, { recipient: to, kind: 'delivery', ...wait });
}

async function copiesInMailbox(services: Services, sought: MailSought): Promise<readonly Copy[]> {
  const { inMailbox, target } = services;
  const stored = await inMailbox(sought);
  if (!stored) return [];
  if (!target.endpoints.imap && !target.endpoints.imaps) return [{ reader: 'POP3', bytes: stored.bytes }];
  const copies: Copy[] = [{ reader: 'IMAP', bytes: stored.bytes }];
  const retrieved = /^inbox$/i.test(stored.mailbox) ? await inMaildrop(services, sought) : null;
  return retrieved ? [...copies, { reader: 'POP3', bytes: retrieved.bytes }] : copies;
}

async function copiesAtNextHop(
  { lab }: Services,
  sought: Parameters<Lab['waitForMessage']>[0],
): Promise<readonly Copy[]> {
  const arrived = await lab().waitForMessage(sought);
  return arrived ? [{ reader: NEXT_HOP, bytes: arrived.content }] : [];
}

/** One input, on every way. */
export interface Trial {
  /** Short, lower case; begins the tokens. */
  readonly label: string;
  readonly parameters?: string;
  readonly ways?: readonly Way[];
  /**
   * What a refusal of the content means: by default nothing, because a server may refuse what it suspects.
   * Refusals of the envelope always leave the check open.
   */
  readonly refusal?: 'leaves-open' | 'complies' | 'violates';
  compose(about: About): Buffer;
  /** Verifies what it says about a copy; what it returns is of no account. */
  judge(verify: Verify, copy: Copy, about: { readonly sent: Buffer; readonly token: string }): unknown;
}

/** Runs a trial on every way, each being a variant, and has every copy judged. */
export async function onEveryWay(services: Services, trial: Trial): Promise<void> {
  const ways = waysOf(services, trial.ways);
  if (ways.length === 0)
    services.notApplicable(
      'Without a lab a user has to send it, and no submission role is declared.',
      'neither 587 nor 465',
    );
  for (const way of ways) {
    await services.variant(`${trial.label}, ${way.name}`, async (verify) => {
      const send = (token: string) =>
        way.send(services, {
          token,
          ...parametersOf(trial),
          compose: (envelope) => trial.compose({ ...envelope, token }),
        });
      const journey = await send(tokenOf(services, trial.label, way.key));
      if (!isTaken(services, verify, journey, trial.refusal ?? 'leaves-open')) return;
      const { sent, token } = journey;
      const again = () => send(tokenOf(services, `${trial.label} again`, way.key));
      for (const copy of await arrivedCopies(services, verify, { ...journey, again }, way))
        await trial.judge(verify, copy, { sent, token });
    });
  }
}

export function tokenOf({ nonce }: Pick<Services, 'nonce'>, label: string, key: string): string {
  return `${label.replaceAll(/[^a-z0-9]+/g, '')}${key}-${nonce}`;
}

function isTaken(
  { inconclusive }: Services,
  verify: Verify,
  { offered }: Journey,
  refusal: NonNullable<Trial['refusal']>,
): boolean {
  const { disposition, stage, line } = offered;
  if (disposition === 'accepted') return true;
  if (stage !== 'DATA' || refusal === 'leaves-open')
    return inconclusive('precondition', `The message is refused at ${stage}, so nothing arrives: ${line}`);
  if (refusal === 'complies') {
    verify.met('the message is refused or arrives unchanged', line);
    return false;
  }
  if (disposition === 'deferred')
    return inconclusive('precondition', `The message is refused for now, again and again: ${line}`);
  return verify.missed('the message is taken', { expected: '250', actual: line });
}

/** Ends the check or variant where a message was not taken. */
export function assertTaken({ inconclusive }: Services, { disposition, line }: Offered): void {
  if (disposition !== 'accepted') inconclusive('precondition', `The message is refused: ${line}`);
}

/**
 * The copies of what was taken; none where its absence was verified. Before that counts, an ordinary message has to
 * arrive on the same way, and the same message that is sent once more has to stay away too: what kept the first one
 * away may have been a moment of this machine, or of the lab.
 */
export async function arrivedCopies(
  services: Services,
  verify: Verify,
  journey: Journey & { again(): Promise<Journey> },
  way: Way,
): Promise<readonly Copy[]> {
  const { copies, offered, sent } = journey;
  if (copies.length > 0) return copies;
  const [name = ''] = journey.token.split('-');
  const token = tokenOf(services, `${name} control`, way.key);
  const control = await way.send(services, {
    token,
    compose: (envelope) => shortLetter(services, { ...envelope, token }),
  });
  if (control.copies.length === 0)
    services.inconclusive(
      'precondition',
      `Neither this message nor an ordinary one arrived after it, so nothing can be said: ${control.offered.line}`,
    );
  const second = await journey.again();
  const late = await retrieveCopies(services, way, journey, { withinMs: 0 });
  if (late.length > 0) return late;
  if (second.copies.length > 0)
    services.inconclusive(
      'timeout',
      `The message did not arrive, and the same message arrived that was sent once more: ${offered.line}`,
    );
  if (way.key !== TO_NEXT_HOP.key) assertSeesJunk(services);
  const fate = second.offered.disposition === 'accepted' ? 'twice' : `, then ${second.offered.line}`;
  verify.missed('what was taken arrives', {
    expected: 'a delivery, as of an ordinary message',
    actual: `${await whatCameBack(services, sent)} after ${offered.line}, ${fate}`,
  });
  return [];
}

/** A report about the message that went to its sender elsewhere. */
async function whatCameBack(services: Services, sent: Buffer): Promise<string> {
  const [token = ''] = valuesOf(readHeader(sent).fields, 'message-id');
  const [report] = services.hasLab ? await services.lab().messages({ token, kind: 'report' }) : [];
  return report ? `no delivery, but a report that went to <${report.recipients.join('>, <')}>` : 'nothing';
}

function parametersOf({ parameters }: { readonly parameters?: string }): { readonly parameters?: string } {
  return parameters === undefined ? {} : { parameters };
}
