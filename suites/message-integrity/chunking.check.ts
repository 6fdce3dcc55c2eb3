import { check, type Services } from '../../harness/check/check.ts';
import { handOverInChunks } from '../../harness/steps/hand-over.ts';
import { offered } from '../../harness/steps/offer.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { sameBody } from './comparison.ts';
import { type About, letter } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { assertListed, openSender } from './session.ts';
import { arrivedCopies, type Journey, retrieveCopies, tokenOf, type Way, waysOf } from './ways.ts';

/** Where a message is cut; a cut is the number of octets in front of it. */
const CUTS: Readonly<Record<string, (message: Buffer) => readonly number[]>> = {
  'one chunk': () => [],
  'inside of every line end': (message) => positionsAfter(message, '\r'),
  'in front of and after every dot': (message) => positionsAfter(message, '.').flatMap((at) => [at - 1, at]),
  'octet by octet': (message) => Array.from({ length: 60 }, (_, index) => message.length - 61 + index),
};

export const chunksArePutTogether = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-020',
    slug: 'chunks-are-put-together',
    title: 'A message in chunks arrives as it was cut up, wherever the cuts are',
    sends:
      'the same message by BDAT: in one chunk, cut inside line ends, around dots and octet by octet, with an empty last chunk too',
    demands: 'the same body, with its dots, without anything between chunks',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc3030#2'],
    budget: '90s',
    waits: deliveries(12),
    kills: ['bdat-removes-dots', 'bdat-ends-chunks-with-crlf', 'bdat-refuses-empty-last'],
  },
  async (services) => {
    const { variant, inconclusive } = services;
    for (const way of waysOf(services)) {
      for (const [index, [name, cuts]] of Object.entries(CUTS).entries()) {
        for (const emptyLast of index === 0 ? [false, true] : [false]) {
          const label = `${name}${emptyLast ? ' and an empty one' : ''}`;
          await variant(`${label}, ${way.name}`, async (verify) => {
            await assertListed(services, way, 'CHUNKING');
            const handIn = (name: string) =>
              handInChunks(services, way, { token: tokenOf(services, name, way.key), cuts, emptyLast });
            const journey = await handIn(label);
            const { stage, disposition, line } = journey.offered;
            if (stage !== 'DATA') inconclusive('precondition', `The message is refused at ${stage}: ${line}`);
            if (disposition === 'deferred')
              inconclusive('precondition', `The chunks are refused for now: ${line}`);
            if (!verify.reply(journey.offered.reply, 'every chunk is taken').code(250)) return;
            const judge = sameBody('the chunks make the body that was cut up');
            const copies = await retrieveCopies(services, way, journey);
            const again = async () => {
              const second = await handIn(`${label} again`);
              const isTaken = second.offered.disposition === 'accepted';
              return { ...second, copies: isTaken ? await retrieveCopies(services, way, second) : [] };
            };
            for (const copy of await arrivedCopies(services, verify, { ...journey, copies, again }, way))
              await judge(verify, copy, journey);
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

/** The journey of the message as far as it was taken; what arrives is looked for later. */
async function handInChunks(
  services: Services,
  way: Way,
  { token, cuts, emptyLast }: Cutting,
): Promise<Journey> {
  let sent: Buffer = Buffer.alloc(0);
  let to = '';
  const { step, reply } = await services.patiently(async () => {
    const { client, envelope } = await openSender(services, way, token);
    to = envelope.to;
    sent = dottedLetter(services, { ...envelope, token });
    const chunks = [...chunksOf(sent, cuts(sent)), ...(emptyLast ? [Buffer.alloc(0)] : [])];
    try {
      return await handOverInChunks(services, client, { sender: envelope.from, recipient: to, chunks });
    } finally {
      await client.quit();
    }
  });
  return { token, to, sent, offered: offered(step, reply), copies: [] };
}

function dottedLetter(services: Services, about: About): Buffer {
  const body = services.bytes.lines(
    '.a dot in front',
    '..',
    `Known as ${about.token}.`,
    '',
    '.',
    '.',
    'after what would end the data',
    'the end.',
    '',
  );
  return letter(services, { ...about, body });
}

function chunksOf(message: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set([0, ...cuts.filter((at) => at > 0 && at < message.length), message.length])];
  places.sort((one, other) => one - other);
  return places.slice(1).map((end, index) => message.subarray(places[index], end));
}

/** Numbers of the octets up to each occurrence of a character, it included. */
function positionsAfter(message: Buffer, character: string): readonly number[] {
  const wanted = character.charCodeAt(0);
  return [...message.entries()].filter(([, octet]) => octet === wanted).map(([at]) => at + 1);
}
