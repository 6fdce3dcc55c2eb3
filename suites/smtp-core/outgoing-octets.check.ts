import {
  type ArrivedMessage,
  check,
  type Receiver,
  type Services,
  type Target,
  type Verify,
} from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { encode, FALSE_ENDS, nameOf, realEnd } from './end-of-data.ts';
import { message } from './message.ts';
import { beginTransaction } from './session.ts';
import { isEnded, observe, type Trial } from './smuggling-trial.ts';

/** What a receiver lists besides STARTTLS; without CHUNKING messages come by DATA, where dots matter. */
const WITHOUT_CHUNKING = ['PIPELINING', 'SIZE 33554432', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES'];

/** Octets in a message, and how they are told in a report. */
interface Stray {
  readonly name: string;
  readonly octets: Buffer;
}

/** What was submitted: the token of its recipient, and what the submission said. */
interface Submitted {
  readonly stray: Stray;
  readonly token: string;
  readonly trial: Trial;
}

export const noStrayOctetsLeave = check(
  {
    id: 'SMTP-016',
    slug: 'no-stray-octets-leave',
    title: 'Outbound smuggling: the target never emits bare CR or LF or ambiguous terminators',
    sends:
      'as the first account: messages with bare CR, bare LF, NUL, false ends of data and lines that begin with a dot, to a receiving server with CHUNKING and to one without',
    demands: 'each is refused, or leaves without bare CR and bare LF and with its dots stuffed',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc5321#2.3.8', 'rfc5321#4.5.2', 'rfc5321#4.1.1.4'],
    roles: ['submission', 'submissions'],
    per: 'target',
    needs: ['account', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    buildsOn: [mailLeaves],
    budget: '60s',
    waits: ({ timing }: Target) => 4 * timing.outboundMs,
    limits: [
      'What the receiving servers of the lab record is taken before anything is parsed; they end the data at CRLF.CRLF only.',
      'Messages are submitted by DATA.',
      'Where the submission itself ends the data at such octets, what leaves was cut there, and SMTP-014 reports it.',
    ],
    kills: ['submission-relays-stray-octets', 'outbound-does-not-stuff-dots'],
  },
  async (services) => {
    const { lab, nonce, variant } = services;
    for (const extensions of [WITHOUT_CHUNKING, [...WITHOUT_CHUNKING, 'CHUNKING']]) {
      const chunking = extensions.includes('CHUNKING');
      const receiver = await lab().receiver({
        label: chunking ? 'chunking' : 'data',
        tls: null,
        extensions: { plain: extensions, tls: extensions },
      });
      const where = chunking ? 'to a receiver with CHUNKING' : 'to a receiver without CHUNKING';
      await assertDelivers(services, receiver, `${nonce}-control-${chunking ? 'b' : 'd'}`);
      const sent: Submitted[] = [];
      for (const [index, stray] of straysOf(services).entries()) {
        const token = `${nonce}-${chunking ? 'b' : 'd'}${String(index).padStart(2, '0')}`;
        sent.push({ stray, token, trial: await submit(services, receiver, token, stray.octets) });
      }
      for (const one of sent)
        await variant(`${one.stray.name}, ${where}`, (verify) => judge(services, verify, receiver, one));
    }
  },
);

function straysOf(services: Services): readonly Stray[] {
  const { CR, LF, NUL, CRLF } = services.bytes;
  const within = (octets: Buffer) => Buffer.concat([Buffer.from('one'), octets, Buffer.from('two')]);
  return [
    { name: 'a line that is a dot', octets: Buffer.concat([CRLF, Buffer.from('..'), CRLF]) },
    { name: 'a bare CR', octets: within(CR) },
    { name: 'a bare LF', octets: within(LF) },
    { name: 'a NUL', octets: within(NUL) },
    ...FALSE_ENDS.map((end) => ({ name: nameOf(end), octets: encode(services, end) })),
  ];
}

/** Submits a message with the octets in its body, which carries the token behind them. */
async function submit(services: Services, receiver: Receiver, token: string, octets: Buffer): Promise<Trial> {
  const { bytes } = services;
  const recipient = `ext-${token}@${receiver.domain}`;
  const { client, from } = await beginTransaction(services, { recipient });
  const lines = message(services, { token, from });
  const content = Buffer.concat([
    lines.subarray(0, lines.length - bytes.CRLF.length),
    octets,
    Buffer.from(`The minutes end with ${token}.`),
    realEnd(services),
  ]);
  const trial = await observe(services, client, [content], 'none');
  client.connection.close();
  return trial;
}

/** Without mail that arrives, mail that is missing says nothing. */
async function assertDelivers(services: Services, receiver: Receiver, token: string): Promise<void> {
  const trial = await submit(services, receiver, token, services.bytes.CRLF);
  const arrived = trial.taken ? await arrivalOf(services, receiver, token) : undefined;
  if (!arrived)
    services.inconclusive(
      'precondition',
      `Ordinary mail of the account did not arrive, so nothing can be concluded from other mail (replies ${trial.replies}).`,
    );
}

async function arrivalOf(
  { lab, pause }: Services,
  receiver: Receiver,
  token: string,
): Promise<ArrivedMessage | undefined> {
  const deadline = performance.now() + lab().outboundMs;
  for (;;) {
    const found = (await receiver.messages()).find(({ recipients }) =>
      recipients.some((recipient) => recipient.includes(token)),
    );
    if (found || performance.now() > deadline) return found;
    await pause(100);
  }
}

async function judge(
  services: Services,
  verify: Verify,
  receiver: Receiver,
  { stray, token, trial }: Submitted,
): Promise<void> {
  const demand = `${stray.name} is refused, or leaves as lines in due form`;
  if (isEnded(trial.outcome))
    services.notApplicable(
      'The submission itself ends the data there, see SMTP-014.',
      `replies ${trial.replies}`,
    );
  if (!trial.taken) {
    verify.that(true, { demand, expected: 'a refusal or a clean message', actual: trial.outcome });
    return;
  }
  const arrived = await arrivalOf(services, receiver, token);
  if (!arrived)
    return services.inconclusive(
      'precondition',
      'The message was taken, and neither arrived nor was refused in the session.',
    );
  const { received } = arrived;
  const text = received.toString('latin1');
  const bare = bareLineEnds(services, received);
  verify.that(bare === null, {
    demand: `${stray.name} leaves without bare CR and bare LF`,
    expected: 'CR and LF together only',
    actual: bare ?? 'CR and LF together only',
  });
  const complete = text.includes(`end with ${token}`);
  verify.that(complete, {
    demand: `${stray.name} does not end the message on its way`,
    expected: 'the text behind it',
    actual: complete ? 'the text behind it' : 'a message that ends there',
  });
  verify.ideally.that(!received.includes(services.bytes.NUL), {
    demand: `${stray.name} leaves without NUL`,
    expected: 'no NUL',
    actual: received.includes(services.bytes.NUL) ? around(received, services.bytes.NUL) : 'no NUL',
  });
}

/** The surroundings of the first CR or LF that stands alone; null where there is none. */
function bareLineEnds({ bytes }: Services, octets: Buffer): Buffer | null {
  const [cr, lf] = [bytes.CR[0], bytes.LF[0]];
  for (const [at, octet] of octets.entries()) {
    const bare = (octet === lf && octets[at - 1] !== cr) || (octet === cr && octets[at + 1] !== lf);
    if (bare) return octets.subarray(Math.max(0, at - 20), at + 20);
  }
  return null;
}

function around(octets: Buffer, sought: Buffer): Buffer {
  const at = octets.indexOf(sought);
  return octets.subarray(Math.max(0, at - 20), at + 20);
}
