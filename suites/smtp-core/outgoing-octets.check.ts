import { check, type Receiver, type Services, type Target, type Verify } from '../../harness/check/check.ts';
import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { assertDeliversItself } from '../../harness/steps/own-delivery.ts';
import { encode, FALSE_ENDS, nameOf, realEnd } from './end-of-data.ts';
import { message } from './message.ts';
import { awaitArrival } from './outgoing.ts';
import { beginTransaction } from './session.ts';
import { toldBriefly, withoutLineEnd } from './smuggling.ts';
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
    clauses: ['rfc5321#2.3.8', 'rfc5321#4.5.2', 'rfc5321#4.1.1.4', 'rfc3030#2'],
    ...OUTGOING_MAIL,
    roles: ['submission', 'submissions'],
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
    const { lab, nonce, target, variant } = services;
    for (const extensions of [WITHOUT_CHUNKING, [...WITHOUT_CHUNKING, 'CHUNKING']]) {
      const chunking = extensions.includes('CHUNKING');
      // The smarthost lists no CHUNKING, whatever the server of the recipient does.
      if (chunking && target.claims.smarthost) {
        await variant('to a receiver with CHUNKING', async () => assertDeliversItself(services));
        continue;
      }
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

/** Submits a message with the octets in its body, which carries the token after them. */
async function submit(services: Services, receiver: Receiver, token: string, octets: Buffer): Promise<Trial> {
  const recipient = `ext-${token}@${receiver.domain}`;
  const { client, from } = await beginTransaction(services, { recipient });
  const content = Buffer.concat([
    withoutLineEnd(services, message(services, { token, from })),
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
  const arrived = trial.taken ? await awaitArrival(services, [receiver], token) : null;
  if (!arrived)
    services.inconclusive(
      'precondition',
      `Ordinary mail of the account did not arrive, so nothing can be concluded from other mail (replies ${trial.replies}).`,
    );
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
    verify.met(demand, toldBriefly(trial));
    return;
  }
  const arrived = await awaitArrival(services, [receiver], token);
  if (!arrived)
    return services.inconclusive(
      'precondition',
      'The message was taken, and neither arrived nor was refused in the session.',
    );
  const { received } = arrived.message;
  const bare = bareLineEnd(services, received);
  verify.absent(bare, `${stray.name} leaves without bare CR and bare LF`, {
    what: 'one',
    as: shown(received),
  });
  verify.that(received.includes(`end with ${token}`), {
    demand: `${stray.name} does not end the message on its way`,
    expected: `the text after it, to its end with ${token}`,
    actual: received.subarray(-100),
  });
  const nul = received.indexOf(services.bytes.NUL);
  verify.ideally.absent(nul < 0 ? null : nul, `${stray.name} leaves without NUL`, {
    what: 'NUL',
    as: shown(received),
  });
}

/** Where the first CR or LF stands alone; undefined where none does. */
function bareLineEnd({ bytes }: Services, octets: Buffer): number | undefined {
  const [cr, lf] = [bytes.CR[0], bytes.LF[0]];
  return [...octets.keys()].find(
    (at) => (octets[at] === lf && octets[at - 1] !== cr) || (octets[at] === cr && octets[at + 1] !== lf),
  );
}

/** The surroundings of an octet. */
function shown(octets: Buffer): (at: number) => string {
  return (at) => octets.subarray(Math.max(0, at - 20), at + 20).toString('latin1');
}
