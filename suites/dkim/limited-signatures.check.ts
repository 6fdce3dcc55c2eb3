import { check } from '../../harness/check/check.ts';
import { attempt } from './attempt.ts';
import { ordinaryAuthor, type SignatureOrder } from './author.ts';
import { assertResultsAreSeen } from './controls.ts';
import { messages, RECEIVED_MAIL } from './dkim-check.ts';
import { expectNoPass } from './expectation.ts';
import { compose, withContent } from './letter.ts';

/** Octets of HTML behind the part that is signed. */
const APPENDED = 2_048;
const DAY_S = 86_400;

export const partialSignaturesDoNotPassUnnoticed = check(
  {
    ...RECEIVED_MAIL,
    id: 'DKIM-014',
    slug: 'partial-signatures-do-not-pass-unnoticed',
    title: 'Partial body coverage (l=) does not let appended content pass unnoticed',
    sends:
      'messages with l= of the length of the body and HTML behind it, with l=0, and with l= larger than the body',
    demands: 'none is recorded as plainly good',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc6376#8.2', 'rfc6376#3.5', 'rfc6376#6.1.3'],
    waits: messages(3),
    kills: ['dkim-takes-excessive-lengths', 'dkim-takes-partial-bodies'],
  },
  async (services) => {
    const { variant, bytes, authentication } = services;
    const { signed } = authentication.dkim;
    const sight = assertResultsAreSeen(services);
    const { author, order } = await ordinaryAuthor(services, { sight });
    const body = bytes.lines('The minutes of the meeting are complete.');
    const tried = (special: Partial<SignatureOrder>, appended: Buffer = Buffer.alloc(0)) => {
      const letter = compose(services, author, { body });
      const content = Buffer.concat([signed(letter.content, { ...order, ...special }), appended]);
      return attempt(services, withContent(letter, content));
    };
    await variant('HTML behind the signed part', async (verify) => {
      const html = bytes.lines('<html><body>', ...htmlLines(), '</body></html>');
      expectNoPass(services, verify.ideally, {
        attempt: await tried({ bodyLength: body.length }, html),
        demand: 'a signature that leaves appended HTML out is not recorded as plainly good',
      });
    });
    await variant('l=0', async (verify) => {
      expectNoPass(services, verify.ideally, {
        attempt: await tried({ bodyLength: 0 }),
        demand: 'a signature that leaves the whole body out is not recorded as plainly good',
      });
    });
    await variant('l= larger than the body', async (verify) => {
      const more = body.length + APPENDED;
      expectNoPass(services, verify, {
        attempt: await tried({
          rewrite: (tags) => [...tags.slice(0, -1), { name: 'l', value: String(more) }, ...tags.slice(-1)],
        }),
        demand: 'a signature that claims to cover more than there is does not pass',
      });
    });
  },
);

function htmlLines(): string[] {
  const line = '<p>Nobody has signed this text, which was put behind the message.</p>';
  return Array.from({ length: Math.ceil(APPENDED / line.length) }, () => line);
}

export const expiredSignaturesAreRecognised = check(
  {
    ...RECEIVED_MAIL,
    id: 'DKIM-015',
    slug: 'expired-signatures-are-recognised',
    title: 'Expired signatures are recognised',
    sends:
      'messages whose signature expired a day ago, expires before it was made, or was made a year from now',
    demands: 'the first two are not recorded as good; the third may be',
    level: 'MAY',
    worst: 'warn',
    severity: 'low',
    clauses: ['rfc6376#3.5', 'rfc6376#6.1.1'],
    waits: messages(3),
    kills: ['dkim-overlooks-expiry'],
  },
  async (services) => {
    const { variant, authentication, note } = services;
    const sight = assertResultsAreSeen(services);
    const { author, order } = await ordinaryAuthor(services, { sight });
    const now = Math.floor(Date.now() / 1000);
    const tried = (made: number, expires?: number) => {
      const letter = compose(services, author);
      const more = [
        { name: 't', value: String(made) },
        ...(expires === undefined ? [] : [{ name: 'x', value: String(expires) }]),
      ];
      return attempt(
        services,
        withContent(letter, authentication.dkim.signed(letter.content, { ...order, more })),
      );
    };
    await variant('expired', async (verify) => {
      expectNoPass(services, verify, {
        attempt: await tried(now - 2 * DAY_S, now - DAY_S),
        demand: 'a signature that expired a day ago does not pass',
      });
    });
    await variant('expires before it was made', async (verify) => {
      expectNoPass(services, verify, {
        attempt: await tried(now + 2 * DAY_S, now + DAY_S),
        demand: 'a signature that expires before it was made does not pass',
      });
    });
    const { line } = await tried(now + 365 * DAY_S);
    note(`a signature from a year ahead, about which verifiers may decide as they like: ${line}`);
  },
);
