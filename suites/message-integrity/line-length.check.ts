import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { samePassage, verifySame } from './comparison.ts';
import { bodyAround, letter, passageOf } from './letter.ts';
import { BOTH_WAYS } from './message-check.ts';
import { decodedBody } from './transfer-encoding.ts';
import { onEveryWay } from './ways.ts';

/** Longest line without its CRLF that every server takes (RFC 5321 §4.5.3.1.6). */
const LIMIT = 998;

export const longLinesAreKept = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-004',
    slug: 'long-lines-are-kept',
    title: 'Lines of up to 998 octets are taken and arrive unbroken',
    sends:
      'lines of 79, 512, 990, 997 and 998 octets, with spaces and without, and one of 998 with a dot in front',
    demands: 'the message is taken, and the lines are the same',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#4.5.3.1.6', 'rfc5322#2.1.1', 'rfc5321#3.6.3'],
    kills: ['message-breaks-long-lines'],
  },
  (services) =>
    onEveryWay(services, {
      label: 'long lines',
      refusal: 'violates',
      compose: (about) => {
        const texts = [79, 512, 990, 997, LIMIT].flatMap((length) => [solid(length), spaced(length)]);
        const passage = services.bytes.lines(...texts, `.${solid(LIMIT - 1)}`);
        return letter(services, { ...about, body: bodyAround(services, about.token, passage) });
      },
      judge: samePassage('long lines are kept'),
    }),
);

export const overlongLinesAreNotBroken = check(
  {
    ...BOTH_WAYS,
    id: 'MSG-005',
    slug: 'overlong-lines-are-not-broken',
    title: 'Lines over 998 octets are refused, kept or encoded, and never broken in silence',
    sends: 'a message with a line of 999 octets, and others with lines of 1,500 and 5,000 octets',
    demands: 'a refusal, the same line, or a transfer encoding from which it can be restored',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc5321#3.6.3', 'rfc6409#8.4'],
    budget: '60s',
    waits: deliveries(6),
    limits: ['Who breaks a line breaks every signature over it; the sender broke the limit first.'],
    kills: ['message-breaks-overlong-lines'],
  },
  async (services) => {
    for (const length of [LIMIT + 1, 1_500, 5_000]) {
      await onEveryWay(services, {
        label: `${length} octets`,
        refusal: 'complies',
        compose: (about) => {
          const passage = services.bytes.lines('before', solid(length), 'after');
          return letter(services, { ...about, body: bodyAround(services, about.token, passage) });
        },
        judge(verify, { reader, bytes }, { sent, token }) {
          const after = passageOf(decodedBody(bytes), token);
          const demand = `${reader}: a line of ${length} octets is not broken`;
          verifySame(verify, demand, passageOf(sent, token), after);
        },
      });
    }
  },
);

/** A line without spaces in which every place can be told from its neighbours. */
function solid(length: number): string {
  return 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(Math.ceil(length / 36)).slice(0, length);
}

/** A line of words. */
function spaced(length: number): string {
  return 'word '
    .repeat(Math.ceil(length / 5))
    .slice(0, length - 1)
    .concat('.');
}
