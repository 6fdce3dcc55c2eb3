import { check, type Services } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { AFFORDABLE, EXCESS, pour } from './excess.ts';
import { beginTransaction, openSender } from './session.ts';

export const oversizedChunksAreSurvived = check(
  {
    id: 'SMTP-032',
    slug: 'oversized-chunks-are-survived',
    title: 'A last chunk above the size limit is refused, and the session and the server live on',
    sends: 'BDAT LAST with a chunk larger than SIZE allows, DATA, NOOP, and a new session',
    demands: '552 for the chunk, 503 for DATA, and a server that answers',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc3030#2', 'rfc5321#3.8', 'rfc5321#4.1.4'],
    roles: ['mx', 'submission'],
    needs: ['account'],
    considers: [strangersAreServed],
    effect: 'disturbs',
    safety: 'destructive',
    budget: '60s',
    limits: [
      'Servers are known that die of this, and keep clients out for a while afterwards: only where a target permits it by name.',
      `A chunk is sent only where the announced size is ${AFFORDABLE} octets at most.`,
    ],
    kills: ['smtp-dies-of-oversized-chunks'],
  },
  async (services) => {
    const { verify, notApplicable } = services;
    const { client } = await beginTransaction(services);
    const keywords = extensionsOf(client);
    const limit = Number(keywords.get('SIZE') ?? 0);
    if (!keywords.has('CHUNKING') || !(limit > 0 && limit <= AFFORDABLE))
      return notApplicable(
        'There is no CHUNKING with an affordable size limit.',
        `EHLO lists ${[...keywords].map((pair) => pair.join(' ').trim()).join(', ')}`,
      );
    const size = limit + EXCESS;
    client.raw(services.bytes.line(`BDAT ${size} LAST`));
    await pour(services, client, size);
    const first = await client.attempt('DATA');
    verify.answer(first, 'a chunk above the limit is refused', {
      codeClasses: [4, 5],
      closed: true,
      silence: true,
    });
    if (first.kind === 'reply' && !client.connection.ended) {
      // The first reply belongs to the chunk, this one to DATA.
      const second = await client.attempt('NOOP');
      if (second.kind === 'reply')
        verify.reply(second.reply, 'DATA after the refused chunk is answered by a refusal').codeClass(4, 5);
      // Good servers end a connection that is full of octets nobody wants.
      else if (first.reply.code !== 421)
        verify.ideally.answer(second, 'the session goes on after the refused chunk', {
          codeClasses: [4, 5],
        });
    }
    client.connection.close();
    await stillThere(services);
  },
);

/** A new session is answered; how the server fails does not matter here. */
async function stillThere(services: Services): Promise<void> {
  let seen = '';
  try {
    const { client } = await openSender(services);
    seen = lineOf(await client.command('NOOP'));
    await client.quit();
  } catch (failure) {
    seen = failure instanceof Error ? failure.message : String(failure);
  }
  services.verify.that(seen.startsWith('2'), {
    demand: 'the server still answers',
    expected: '250 for NOOP in a new session',
    actual: seen,
  });
}
