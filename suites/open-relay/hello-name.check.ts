import { check } from '../../harness/check/check.ts';
import { isPositive } from '../../harness/steps/replies.ts';
import { assertStrangersAreServed } from './controls.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, fill, OWN_NAMES, readable, STRANGER } from './forms.ts';
import { NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';
import { probeMessage, refused, transact } from './transaction.ts';
import { judgeRelaying, observe, type Trial } from './trials.ts';

export const helloNameGrantsNothing = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-010',
    slug: 'hello-name-grants-nothing',
    title: 'HELO/EHLO identity does not grant relay rights',
    sends:
      'EHLO and HELO with the names and addresses of the target and of localhost, then a message from a stranger to somebody elsewhere',
    clauses: [...NO_RELAY_CLAUSES],
    limits: ['Where such a name is refused, the relay rule behind it is not reached; RLY-001 looks at it.'],
    kills: ['mx-relays-by-hello-name'],
  },
  async (services) => {
    const { lab, smtp } = services;
    lab().assertUntrusted();
    assertStrangersAreServed(services);
    const fields = createFields(services);
    const trials: Trial[] = [];
    for (const name of OWN_NAMES) {
      for (const verb of ['EHLO', 'HELO']) {
        const values = await fields();
        const message = probeMessage(services, { token: values.token });
        trials.push({
          name: `${verb} ${readable(name)}`,
          token: values.token,
          async attempt() {
            const client = await smtp();
            try {
              const hello = await client.command(`${verb} ${fill(name, values)}`);
              if (!isPositive(hello)) return refused('EHLO', hello);
              const envelope = { sender: fill(STRANGER, values), recipient: fill(ELSEWHERE, values) };
              return await transact(client, envelope, message);
            } finally {
              client.connection.close();
            }
          },
        });
      }
    }
    await judgeRelaying(services, await observe(services, trials));
  },
);
