import { check } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { isPositive } from '../../harness/steps/replies.ts';
import { type Approach, judgeApproaches } from './approaches.ts';
import { fill, OWN_NAMES, readable } from './forms.ts';
import { RELAY_CHECK } from './relay-check.ts';
import { refused } from './transaction.ts';

export const helloNameGrantsNothing = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-010',
    slug: 'hello-name-grants-nothing',
    title: 'HELO/EHLO identity does not grant relay rights',
    sends:
      'EHLO and HELO with the names and addresses of the target and of localhost, then a message from a stranger to somebody elsewhere',
    limits: [
      ...RELAY_CHECK.limits,
      'Where such a name is refused, the relay rule after it is not reached; RLY-001 looks at it.',
    ],
    kills: ['mx-relays-by-hello-name'],
  },
  async (services) => {
    assertStrangersAreServed(services);
    const approaches = OWN_NAMES.flatMap((name) =>
      ['EHLO', 'HELO'].map(
        (verb): Approach => ({
          name: `${verb} ${readable(name)}`,
          open: () => services.smtp(),
          async begin(client, fields) {
            const hello = await client.command(`${verb} ${fill(name, fields)}`);
            return isPositive(hello) ? undefined : refused('EHLO', hello);
          },
        }),
      ),
    );
    await judgeApproaches(services, approaches);
  },
);
