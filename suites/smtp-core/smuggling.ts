import type { Account, Services, Verify } from '../../harness/check/check.ts';
import { strangerOf } from '../../harness/steps/stranger.ts';
import { encode, type FalseEnd, nameOf, realEnd } from './end-of-data.ts';
import { message } from './message.ts';
import { beginTransaction, openSender, type Sender } from './session.ts';
import { isEnded, isSmuggled, observe, type Trial } from './smuggling-trial.ts';

/** How a message with a second transaction in it is sent. */
export interface Manner {
  readonly name: string;
  /** HELO announces no extension: neither PIPELINING nor CHUNKING is agreed upon. */
  readonly hello: 'EHLO' | 'HELO';
  /** How the second transaction hands over its message. */
  readonly second: 'DATA' | 'BDAT';
  /** Each octet of the false end in a segment of its own. */
  readonly split?: boolean;
  /** Each line of the second transaction in a segment of its own, when the one before it was answered. */
  readonly patient?: boolean;
}

/** A session that said hello in the manner; HELO is for strangers, for a user has to log in. */
async function openInManner(services: Services, { hello }: Manner): Promise<Sender> {
  if (hello === 'EHLO') return openSender(services);
  const client = await services.smtp();
  await client.command(`HELO ${services.helloName}`);
  return { client, from: await strangerOf(services) };
}

/** What a message with a hidden second transaction came to, and what was found in the mailboxes. */
export interface Attack extends Trial {
  /** The second message lies in a mailbox as a message of its own. */
  readonly delivered: boolean;
}

/**
 * Sends a message in which a false end and a second transaction stand, and looks for the second message.
 * @param carrier the lines of the message in front of the false end; ended by CRLF where none are given
 */
export async function attack(
  services: Services,
  manner: Manner,
  falseEnd: Pick<FalseEnd, 'octets'>,
  label: string,
  carrierLines: (lines: Buffer) => Buffer = (lines) => withoutLineEnd(services, lines),
): Promise<Attack> {
  const { bytes, nonce, account } = services;
  const outer = `${nonce}-${label}-outer`;
  const inner = `${nonce}-${label}-inner`;
  const victim = victimOf(services);
  const begun = await beginTransaction(services, {
    open: (given) => openInManner(given, manner),
  });
  const { client, from } = begun;
  const content = message(services, { token: outer, from });
  const carrier = carrierLines(content);
  const hidden = secondTransaction(services, begun, victim, inner, manner);
  const end = encode(services, falseEnd);
  const pieces = manner.split
    ? [carrier, ...octetByOctet(end), ...hidden]
    : manner.patient
      ? [Buffer.concat([carrier, end]), ...hidden]
      : [Buffer.concat([carrier, end, ...hidden])];
  const patience = manner.patient ? services.target.timing.quietMs : undefined;
  const trial = await observe(services, client, pieces, manner.second, patience);
  client.connection.close();
  const carrierFound = trial.taken
    ? await services.inMailbox({ token: outer, sent: content, account: account() })
    : null;
  const wanted = isSmuggled(trial.outcome);
  // After the message that came first, a second one is there at once or has gone elsewhere.
  const found =
    wanted || carrierFound
      ? await services.inMailbox({
          token: inner,
          sent: bytes.lines(''),
          account: victim,
          ...(wanted ? {} : { withinMs: 0 }),
        })
      : null;
  // Where there is only one account, the message that carries everything is found too.
  const delivered = found?.fields.some(({ name, value }) => name === 'subject' && value.includes(inner));
  return { ...trial, delivered: delivered ?? false };
}

function victimOf({ target, account }: Services): Account {
  return target.accounts[1] ?? account();
}

/**
 * The second transaction, up to the real end of the data for a server that sees only one message, in the
 * pieces that a server would answer one by one.
 */
function secondTransaction(
  services: Services,
  { from }: Sender,
  victim: Account,
  token: string,
  { second, patient = false }: Manner,
): readonly Buffer[] {
  const { bytes } = services;
  const content = message(services, { token, from });
  const commands = [`MAIL FROM:<${from}>`, `RCPT TO:<${victim.address}>`];
  const body = Buffer.concat([content, bytes.line('.')]);
  const lines = [...commands, second === 'DATA' ? 'DATA' : `BDAT ${body.length} LAST`];
  return patient
    ? [...lines.map((command) => bytes.line(command)), body]
    : [Buffer.concat([bytes.lines(...lines), body])];
}

function octetByOctet(octets: Buffer): readonly Buffer[] {
  return [...octets].map((octet) => Buffer.from([octet]));
}

/** A false end brings its own line end. */
export function withoutLineEnd({ bytes }: Services, lines: Buffer): Buffer {
  return lines.subarray(0, lines.length - bytes.CRLF.length);
}

/** The finding in words: what happened, whether it breaks the text, who can reach it, and what it led to here. */
export function findingOf(
  { delivered, ...trial }: Trial & { readonly delivered?: boolean },
  reachable: boolean,
): string {
  const here = isSmuggled(trial.outcome)
    ? `exploitable here: the second transaction was taken${delivered ? ' and delivered' : ''}`
    : 'sent in this way, it led to no second message';
  return `${breachOf(trial, reachable)}; ${here}`;
}

function breachOf(trial: Trial, reachable: boolean): string {
  const reach = reachable
    ? 'an attacker reaches it through a sender that stuffs dots as it should'
    : 'only a broken sender lets it through';
  return `${toldBriefly(trial)}; breaks RFC 5321 §4.1.1.4; ${reach}`;
}

/**
 * A false end must not end the data; what is seen of it is told either way.
 * @param told what is said of one that does; without it, who looks for the second message is named
 */
export function verifyEnd(
  verify: Pick<Verify, 'that'>,
  trial: Trial,
  falseEnd: FalseEnd,
  told = `${breachOf(trial, falseEnd.reachable)}; SMTP-015 looks whether a second message comes of it`,
): void {
  const ended = isEnded(trial.outcome);
  verify.that(!ended, {
    demand: `${nameOf(falseEnd)} does not end the data`,
    expected: 'one reply, at the real end, or the end of the connection',
    actual: ended ? told : toldBriefly(trial),
  });
}

/** The outcome and the replies that show it. */
export function toldBriefly({ outcome, replies }: Trial): string {
  return `${outcome} (replies ${replies})`;
}

/** The variant `the real end`: a message that ends as it should, in one segment and with its end over several. */
export async function assertRealEndWorks(services: Services): Promise<void> {
  await services.variant('the real end', async (verify) => {
    const whole = await realEndTrial(services, 'whole');
    if (!whole.taken)
      services.inconclusive(
        'precondition',
        `A message that ends as it should is refused (replies ${whole.replies}).`,
      );
    const { taken, replies } = await realEndTrial(services, 'split');
    verify.that(taken, {
      demand: 'the real end is recognised when it comes in several segments',
      expected: '250',
      actual: replies,
    });
  });
}

async function realEndTrial(services: Services, manner: 'whole' | 'split'): Promise<Trial> {
  const { client, from } = await beginTransaction(services);
  const content = message(services, { token: `${services.nonce}-control-${manner}`, from });
  const [carrier, end] = [withoutLineEnd(services, content), realEnd(services)];
  const pieces = manner === 'split' ? [carrier, ...octetByOctet(end)] : [Buffer.concat([carrier, end])];
  const trial = await observe(services, client, pieces, 'none');
  client.connection.close();
  return trial;
}
