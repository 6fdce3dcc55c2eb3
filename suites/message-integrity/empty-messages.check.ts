import { check, readHeader } from '../../harness/check/check.ts';
import { letter } from './letter.ts';
import { TWO_INPUTS } from './message-check.ts';
import { missingField } from './missing-field.ts';
import { onEveryWay } from './ways.ts';

export const emptyBodiesStayEmpty = check(
  {
    ...TWO_INPUTS,
    id: 'MSG-021',
    slug: 'empty-bodies-stay-empty',
    title: 'A message without body, with or without the empty line, arrives with its header and nothing else',
    sends: 'a message that ends with the empty line, and one that ends with its last header field',
    demands: 'every header field is there, and no text was invented',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc5322#3.5', 'rfc5322#2.1', 'rfc5321#3.6.3'],
    kills: ['message-empty-body-filled'],
  },
  async (services) => {
    const forms = {
      'no body': (message: Buffer) => message,
      'header alone': (message: Buffer) => message.subarray(0, -services.bytes.CRLF.length),
    };
    for (const [label, cut] of Object.entries(forms)) {
      await onEveryWay(services, {
        label,
        compose: (about) => cut(letter(services, { ...about, body: Buffer.alloc(0) })),
        judge(verify, { reader, bytes }, { sent }) {
          const { fields } = readHeader(sent);
          const { fields: after, body } = readHeader(bytes);
          const missing = missingField(fields, after);
          const demand = `${reader}: every header field is there`;
          if (missing)
            verify.missed(demand, {
              expected: missing.octets.toString('latin1'),
              actual: 'not there, or changed',
            });
          else verify.met(demand, `${fields.length} fields`);
          // Stores may need a line end where a message ends without its empty line.
          verify.matches(body.toString('latin1'), /^[\r\n]*$/, {
            demand: `${reader}: no text was put into the empty body`,
            expected: 'an empty body',
          });
        },
      });
    }
  },
);
