import { check, MAILDROP } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { readMessage } from './header.ts';
import { letter, ordinaryFields } from './letter.ts';
import { onEveryWay } from './ways.ts';

export const emptyBodiesStayEmpty = check(
  {
    id: 'MSG-021',
    slug: 'empty-bodies-stay-empty',
    title: 'A message without body, with or without the empty line, arrives with its header and nothing else',
    sends: 'a message that ends with the empty line, and one that ends with its last header field',
    demands: 'every header field is there, and no text was invented',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc5322#3.5', 'rfc5322#2.1', 'rfc5321#3.6.3'],
    roles: ['mx', 'submission', 'submissions'],
    per: 'target',
    needs: ['account', 'mailbox', 'dns', 'sink'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '40s',
    waits: deliveries(8),
    resources: [MAILDROP],
    kills: ['message-empty-body-filled'],
  },
  async (services) => {
    const forms = {
      'no body': (about: Parameters<typeof letter>[1]) => letter(services, about),
      'header alone': (about: Parameters<typeof letter>[1]) => Buffer.concat(ordinaryFields(services, about)),
    };
    for (const [label, compose] of Object.entries(forms)) {
      await onEveryWay(services, {
        label,
        compose: ({ from, to }, token) => compose({ from, to, token, body: Buffer.alloc(0) }),
        judge(verify, copy, { sent }) {
          const { fields } = readMessage(services, sent);
          const { fields: after, body } = readMessage(services, copy.bytes);
          const missing = fields.find(({ octets }) => !after.some((field) => field.octets.equals(octets)));
          verify.that(missing === undefined, {
            demand: `${copy.reader}: every header field is there`,
            expected: missing ? missing.octets.toString('latin1') : `${fields.length} fields`,
            actual: missing ? 'not there, or changed' : `${fields.length} fields`,
          });
          // Stores may need a line end where a message ends without its empty line.
          verify.that(/^[\r\n]*$/.test(body.toString('latin1')), {
            demand: `${copy.reader}: no text was put into the empty body`,
            expected: 'an empty body',
            actual: body.length === 0 ? 'an empty body' : body,
          });
        },
      });
    }
  },
);
