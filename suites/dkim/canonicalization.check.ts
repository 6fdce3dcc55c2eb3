import {
  check,
  type Offered,
  type Offering,
  type Services,
  type SignatureOrder,
} from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { handOverInChunks } from '../../harness/steps/hand-over.ts';
import { offered } from '../../harness/steps/offer.ts';
import { openStranger } from '../../harness/steps/smtp-login.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { publishAuthor } from './author.ts';
import { assertResultsAreSeen } from './controls.ts';
import { SIGNED_MAIL } from './dkim-check.ts';
import { expectPass, judgeEach } from './expectation.ts';
import { type LetterParts, signedLetter } from './letter.ts';

const FORMS = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'] as const;
type Form = (typeof FORMS)[number];
/** Two signatures a message: verifiers may limit how many they look at, some to three. */
const PAIRS: readonly (readonly Form[])[] = [
  ['simple/simple', 'relaxed/relaxed'],
  ['simple/relaxed', 'relaxed/simple'],
];
/** Longest line of a message, in octets without CRLF (RFC 5322 §2.1.1). */
const LONGEST = 998;

interface Case {
  readonly name: string;
  readonly parts: LetterParts;
  /** A body without line end at its end, which DATA cannot carry. */
  readonly inChunks?: boolean;
  /** Forms for which a failure is a violation; a deviation for the others. */
  readonly strict: readonly Form[];
}

function casesOf({ bytes }: Services): readonly Case[] {
  const { lines } = bytes;
  return [
    { name: 'an empty body', parts: { body: Buffer.alloc(0) }, strict: FORMS },
    { name: 'a body of blank lines', parts: { body: lines('', '', '') }, strict: FORMS },
    {
      name: 'white space at line ends and within lines',
      parts: { body: lines('one  two\tthree', 'trailing space ', 'trailing tab\t', ' ', '') },
      strict: FORMS,
    },
    { name: 'lines that begin with dots', parts: { body: lines('.', '..', '.text', 'end') }, strict: FORMS },
    { name: 'lines of 998 octets', parts: { body: lines('a'.repeat(LONGEST), 'end') }, strict: FORMS },
    {
      name: 'fields that repeat, fold and are empty',
      parts: {
        subject: ['Minutes  of', '\tthe meeting '],
        fields: ['Comments: first', 'Comments: second', 'Keywords:'],
      },
      // Between a server and its filter the white space of a field is easily lost.
      strict: ['relaxed/simple', 'relaxed/relaxed'],
    },
    {
      name: 'no line end at the end (BDAT)',
      parts: { body: Buffer.from('The last line has no end.') },
      inChunks: true,
      strict: [],
    },
  ];
}

export const canonicalizationsVerify = check(
  {
    ...SIGNED_MAIL,
    id: 'DKIM-007',
    slug: 'canonicalizations-verify',
    title: 'Both canonicalisations and edge-case bodies verify',
    sends:
      'messages with unusual bodies and fields, with signatures of all four forms: simple and relaxed for header and body',
    demands: 'all are recorded as good',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc6376#3.4',
      'rfc6376#3.4.4',
      'rfc6376#5.4.2',
      'rfc6376#3.4.1',
      'rfc6376#3.4.2',
      'rfc6376#3.4.3',
      'rfc6376#3.7',
      'rfc6376#5.4',
    ],
    waits: deliveries(28),
    kills: ['dkim-misjudges-empty-bodies', 'dkim-refolding-breaks-signatures'],
  },
  async (services) => {
    const { variant, authentication } = services;
    const { dkim } = authentication;
    const sight = assertResultsAreSeen(services);
    const key = await dkim.signingKey('rsa-2048');
    const author = await publishAuthor(
      services,
      (domain) =>
        FORMS.map((form) => ({
          selector: 'ordinary',
          domain: domainOf(form, domain),
          text: dkim.keyRecord(key),
        })),
      { sight },
    );
    const orderOf = (form: Form): SignatureOrder => ({
      domain: domainOf(form, author.domain),
      selector: 'ordinary',
      key,
      canonicalization: form,
      fields: ['from', 'to', 'subject', 'date', 'message-id', 'comments', 'comments', 'keywords'],
    });
    for (const { name, parts, inChunks = false, strict } of casesOf(services)) {
      await variant(name, async (verify) => {
        // Where results are not recorded, one good signature hides another.
        for (const pair of sight === 'enforced' ? FORMS.map((form) => [form]) : PAIRS) {
          await judgeEach(
            pair.map(orderOf),
            (orders) =>
              attempt(
                services,
                () => signedLetter(services, author, orders, parts),
                inChunks ? (mail) => offerInChunk(services, mail) : undefined,
              ),
            (outcome, { domain, canonicalization: form }) => {
              const strength = strict.some((one) => one === form) ? verify : verify.ideally;
              const demand = `with c=${form} a signature over ${name} verifies`;
              expectPass(services, strength, outcome, demand, domain);
            },
          );
        }
      });
    }
  },
);

/** Each form signs for a domain of its own, so that the results can be told apart. */
function domainOf(form: Form, domain: string): string {
  return `${form.replace('/', '-')}.${domain}`;
}

/** Hands a message over in one chunk, octet by octet (RFC 3030 §2). */
function offerInChunk(
  services: Services,
  { sender, content }: Pick<Offering, 'sender' | 'content'>,
): Promise<Offered> {
  const { address: recipient } = services.account();
  return services.patiently(async () => {
    const client = await openStranger(services);
    try {
      assertListed(services, client, 'CHUNKING');
      const envelope = { sender, recipient, chunks: [content] };
      const { step, reply } = await handOverInChunks(services, client, envelope);
      return offered(step, reply);
    } finally {
      await client.quit();
    }
  });
}
