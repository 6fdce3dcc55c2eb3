import { check, type Services } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertListed, extensionsOf } from '../../harness/steps/extensions.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { AFFORDABLE, EXCESS, pour } from './excess.ts';
import { message } from './message.ts';
import { beginData, beginTransaction, openSender } from './session.ts';

export const sizeIsEnforced = check(
  {
    id: 'SMTP-011',
    slug: 'size-is-enforced',
    title: 'SIZE is enforced as announced',
    sends:
      'MAIL with sizes around the announced one, of twenty digits, negative and no number at all; a message that is larger than announced, without saying so',
    demands:
      'what is larger is refused, by the declaration or at the end of the data, and sizes that are none are refused',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc1870#4', 'rfc1870#6.1', 'rfc1870#6.3'],
    roles: ['mx', 'submission'],
    needs: ['account'],
    considers: [strangersAreServed],
    effect: 'disturbs',
    safety: 'intrusive',
    budget: '60s',
    limits: [`A message is sent only where the announced size is ${AFFORDABLE} octets at most.`],
    kills: ['smtp-takes-any-size', 'smtp-declared-size-overflows'],
  },
  async (services) => {
    const { variant } = services;
    const { client } = await openSender(services);
    const announced = extensionsOf(client).get('SIZE') ?? '';
    await client.quit();
    assertListed(services, client, 'SIZE');
    const limit = /^\d+$/.test(announced) ? Number(announced) : 0;
    await variant('declarations', (verify) => declarations(services, verify, limit));
    if (limit === 0 || limit > AFFORDABLE) return;
    await variant('a message above the limit', async (verify) => {
      const begun = await beginTransaction(services);
      await beginData(services, begun.client);
      const { bytes, nonce } = services;
      begun.client.raw(message(services, { token: nonce, from: begun.from }));
      await pour(services, begun.client, limit + EXCESS);
      begun.client.raw(bytes.CRLF);
      const end = await begun.client.attempt('.');
      if (end.kind === 'reply')
        verify.reply(end.reply, 'a message that is larger than announced is refused').codeClass(4, 5);
      else
        verify.ideally.answer(end, 'a message that is too large is refused at its end', {
          codeClasses: [4, 5],
        });
    });
  },
);

async function declarations(services: Services, verify: Services['verify'], limit: number): Promise<void> {
  /** A session of its own for each, so that no count of errors is reached. */
  const mail = async (size: string) => {
    const { client, from } = await openSender(services);
    const reply = await client.command(`MAIL FROM:<${from}> SIZE=${size}`);
    await client.quit();
    return reply;
  };
  verify.ideally.that(limit > 0, {
    demand: 'SIZE announces a limit',
    expected: 'a number of octets',
    actual: `SIZE ${limit}`,
  });
  let looks = false;
  if (limit > 0) {
    const above = await mail(String(limit + 1));
    looks = !isPositive(above);
    verify.ideally.reply(above, 'a declared size above the limit is refused').codeClass(4, 5);
    verify
      .reply(await mail(String(Math.max(1, limit - 1_024))), 'a declared size below the limit is taken')
      .code(250, 452);
  }
  const huge = await mail('99999999999999999999');
  // Declarations may be ignored (RFC 1870 §6.1); to understand only small ones is to let in the large.
  const demand = 'a declared size of twenty digits is refused';
  if (limit === 0) verify.ideally.met(demand, `no limit is announced: ${lineOf(huge)}`);
  else (looks ? verify : verify.ideally).reply(huge, demand).codeClass(4, 5);
  for (const size of ['-1', 'abc']) {
    const reply = await mail(size);
    verify.ideally.reply(reply, `SIZE=${size} is refused`).codeClass(4, 5);
  }
}
