import { check, MAILDROP, type Offered, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { verifyBody } from './comparison.ts';
import { letter } from './letter.ts';
import { assertListed, beginTransaction, openSender } from './session.ts';
import { arrivedCopies, type Envelope, type Journey, retrieveCopies, tokenOf, WAYS } from './ways.ts';

/** Where a message is cut; a cut is the number of octets in front of it. */
const CUTS: Readonly<Record<string, (message: Buffer) => readonly number[]>> = {
  'one chunk': () => [],
  'inside of every line end': (message) => positionsBehind(message, '\r'),
  'in front of and behind every dot': (message) =>
    positionsBehind(message, '.').flatMap((at) => [at - 1, at]),
  'octet by octet': (message) => Array.from({ length: 60 }, (_, index) => message.length - 61 + index),
};

export const chunksArePutTogether = check(
  {
    id: 'MSG-020',
    slug: 'chunks-are-put-together',
    title: 'A message in chunks arrives as it was cut up, wherever the cuts are',
    sends:
      'the same message by BDAT: in one chunk, cut inside line ends, around dots and octet by octet, with an empty last chunk too',
    demands: 'the same body, with its dots, without anything between chunks',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc3030#2', 'rfc3030#4.2'],
    roles: ['mx', 'submission', 'submissions'],
    per: 'target',
    needs: ['account', 'mailbox', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '90s',
    waits: deliveries(12),
    resources: [MAILDROP],
    kills: ['bdat-removes-dots', 'bdat-ends-chunks-with-crlf', 'bdat-refuses-empty-last'],
  },
  async (services) => {
    const { variant, inconclusive } = services;
    for (const way of WAYS) {
      for (const [index, [name, cuts]] of Object.entries(CUTS).entries()) {
        for (const emptyLast of index === 0 ? [false, true] : [false]) {
          const label = `${name}${emptyLast ? ' and an empty one' : ''}`;
          await variant(`${label}, ${way.name}`, async (verify) => {
            await assertListed(services, way, 'CHUNKING');
            const token = tokenOf(services, label, way.key);
            const { sent, offered, to } = await handInChunks(services, way, { token, cuts, emptyLast });
            if (offered.stage !== 'DATA')
              inconclusive('precondition', `The message is refused at ${offered.stage}: ${offered.line}`);
            if (offered.disposition === 'deferred')
              inconclusive('precondition', `The chunks are refused for now: ${offered.line}`);
            const taken = verify.that(offered.disposition === 'accepted', {
              demand: 'every chunk is taken',
              expected: '250',
              actual: offered.line,
            });
            if (!taken) return;
            const copies = await retrieveCopies(services, way, { token, sent, to });
            const journey: Journey = { token, to, sent, offered, copies };
            for (const copy of await arrivedCopies(services, verify, journey, way))
              verifyBody(services, verify, copy, sent, 'the chunks make the body that was cut up');
          });
        }
      }
    }
  },
);

interface Cutting {
  readonly token: string;
  readonly cuts: (message: Buffer) => readonly number[];
  readonly emptyLast: boolean;
}

async function handInChunks(
  services: Services,
  way: (typeof WAYS)[number],
  { token, cuts, emptyLast }: Cutting,
) {
  let sent: Buffer = Buffer.alloc(0);
  let to = '';
  let stage: Offered['stage'] = 'RCPT';
  const reply = await services.patiently(async () => {
    const { client, envelope } = await openSender(services, way, token);
    to = envelope.to;
    sent = dottedLetter(services, envelope, token);
    try {
      const refusal = await beginTransaction(client, envelope.from, envelope.to);
      stage = refusal ? 'RCPT' : 'DATA';
      return refusal ?? (await sendChunks(services, client, chunksOf(sent, cuts(sent)), emptyLast));
    } finally {
      await client.quit();
    }
  });
  const disposition = reply.code >= 500 ? 'rejected' : reply.code >= 400 ? 'deferred' : 'accepted';
  const offered: Offered = { disposition, stage, code: reply.code, reply, line: lineOf(reply) };
  return { sent, offered, to };
}

/** Each chunk with its command in one segment; the first reply that is no success, or the last one. */
async function sendChunks(
  { bytes }: Services,
  client: SmtpClient,
  chunks: readonly Buffer[],
  emptyLast: boolean,
) {
  const all = emptyLast ? [...chunks, Buffer.alloc(0)] : chunks;
  for (const [index, chunk] of all.entries()) {
    const last = index === all.length - 1;
    client.raw(Buffer.concat([bytes.line(`BDAT ${chunk.length}${last ? ' LAST' : ''}`), chunk]));
    const reply = await client.reply('the reply to BDAT');
    if (last || reply.code !== 250) return reply;
  }
  throw new Error('A message has at least one chunk.');
}

function dottedLetter(services: Services, { from, to }: Envelope, token: string): Buffer {
  const body = services.bytes.lines(
    '.a dot in front',
    '..',
    `Known as ${token}.`,
    '',
    '.',
    '.',
    'behind what would end the data',
    'the end.',
    '',
  );
  return letter(services, { from, to, token, body });
}

function chunksOf(message: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set([0, ...cuts.filter((at) => at > 0 && at < message.length), message.length])];
  places.sort((one, other) => one - other);
  return places.slice(1).map((end, index) => message.subarray(places[index], end));
}

/** Numbers of the octets up to each occurrence of a character, it included. */
function positionsBehind(message: Buffer, character: string): readonly number[] {
  const wanted = character.charCodeAt(0);
  return [...message.entries()].filter(([, octet]) => octet === wanted).map(([at]) => at + 1);
}
