import {
  type ArrivedMessage,
  type Chain,
  check,
  FORWARDING,
  type Receiver,
  type Services,
  type Verify,
} from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { publishedTexts } from '../../harness/steps/published-texts.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { sealedBy, strangerDomain } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { contentOf, withLaterLine } from './trial.ts';

interface ChainCase {
  readonly name: string;
  /** Sets that the message brings along. */
  readonly sets: number;
  /** What the seal of a forwarder says about them (RFC 8617 §4.1.3). */
  readonly validation: 'none' | 'pass' | 'fail';
  readonly seal?: (services: Services, message: Buffer, sealer: string) => Promise<Buffer>;
}

const CASES: readonly ChainCase[] = [
  { name: 'a message without a chain', sets: 0, validation: 'none' },
  { name: 'a good chain', sets: 1, validation: 'pass', seal: sealed },
  {
    name: 'a chain that is broken',
    sets: 1,
    validation: 'fail',
    seal: async (services, message, sealer) =>
      withLaterLine(services, await sealed(services, message, sealer)),
  },
];
export const forwardingSealsProperly = check(
  {
    ...AUTHORED_MAIL,
    id: 'DMARC-018',
    slug: 'forwarding-seals-properly',
    title: 'ARC: forwarding adds a correct set when the target seals',
    sends:
      'signed messages of a stranger to the address that forwards: without an ARC chain, with a good one, with a broken one',
    demands:
      'what arrives with another set has one whole set with the next number, cv= as it should be, and a chain that verifies',
    level: 'MUST',
    severity: 'info',
    clauses: ['rfc8617#5.1', 'rfc8617#4.1.1', 'rfc8617#4.1.2', 'rfc8617#4.1.3'],
    needs: ['account', 'dns', 'sink'],
    budget: '30s',
    waits: deliveries(CASES.length),
    resources: [FORWARDING],
    kills: [
      'arc-first-seal-says-pass',
      'arc-instance-repeated',
      'arc-good-chain-sealed-as-broken',
      'arc-broken-chain-sealed-as-good',
    ],
    limits: [
      'Nobody has to seal what he forwards; without a set of the target there is nothing to judge.',
      'The seal over a broken chain is not verified.',
    ],
  },
  async (services) => {
    const { target, notApplicable, lab, variant } = services;
    const { forwards } = target.claims;
    if (!forwards)
      return notApplicable('No address is declared that forwards.', 'claims: forwards is left out');
    const receiver = await lab().receiver();
    const domain = domainOf(forwards.to);
    await lab().dns.publish(domain, [
      { name: domain, type: 'MX', data: { preference: 10, exchange: receiver.hostname } },
    ]);
    const sealer = await strangerDomain(services, 'sealer');
    const author = await strangerDomain(services, 'author');
    for (const { name, sets, validation, seal } of CASES) {
      await variant(name, async (verify) => {
        const token = `${services.nonce}.${sets}.${validation}.`;
        const signed = await contentOf(services, { author: `author@${author}`, signedBy: [author] }, token);
        const content = seal ? await seal(services, signed, sealer) : signed;
        const arrived = await forwarded(services, receiver, { content, author, token });
        await judge(services, verify, arrived, { sets, validation });
      });
    }
  },
);

/** Hands a message to the address that forwards and waits for it after that. */
async function forwarded(
  { offer, target, inconclusive, lab }: Services,
  receiver: Receiver,
  { content, author, token }: { readonly content: Buffer; readonly author: string; readonly token: string },
): Promise<ArrivedMessage> {
  const from = target.claims.forwards?.from ?? '';
  const { disposition, line } = await offer({ content, sender: `author@${author}`, recipient: from });
  if (disposition !== 'accepted')
    inconclusive('precondition', `The message to <${from}> is not accepted: ${line}`);
  const arrived = await receiver.waitForMessage({ token, withinMs: lab().outboundMs });
  return (
    arrived ??
    inconclusive(
      'precondition',
      `The message to <${from}> was taken, and did not come to <${target.claims.forwards?.to}> within ${lab().outboundMs} ms.`,
    )
  );
}

async function judge(
  services: Services,
  verify: Verify,
  { content }: ArrivedMessage,
  { sets, validation }: Pick<ChainCase, 'sets' | 'validation'>,
): Promise<void> {
  const chain = await services.authentication.verifyChain(content, publishedTexts(services));
  const of = (name: Chain['fields'][number]['name']) => chain.fields.filter((field) => field.name === name);
  const seals = of('arc-seal');
  const signatures = of('arc-message-signature');
  const kinds = [seals, signatures, of('arc-authentication-results')];
  const actual = wordsOf(chain);
  if (kinds.every((fields) => fields.length <= sets))
    return services.notApplicable('The target does not seal this message when it forwards it.', actual);
  const numbers = Array.from({ length: sets + 1 }, (_, index) => index + 1).join(' ');
  const isNext = verify.that(
    kinds.every((fields) => numbersOf(fields) === numbers),
    {
      demand: 'one set is added, whole and with the next number',
      expected: `${sets + 1} sets, of three fields each, numbered ${numbers}`,
      actual,
    },
  );
  if (!isNext) return;
  const seal = seals.find(({ instance }) => instance === sets + 1);
  const signature = signatures.find(({ instance }) => instance === sets + 1);
  const said = seal?.validation ?? 'nothing';
  // A forwarder who believes in a broken chain misleads nobody who validates it himself.
  const strength = validation === 'fail' ? verify.ideally : verify;
  strength.equal(`cv=${said}`, `cv=${validation}`, 'the seal says what became of the chain before it');
  verify.that(!signature?.signed.includes('authentication-results'), {
    demand: 'the signature leaves Authentication-Results out, which others remove',
    expected: 'no authentication-results in h=',
    actual: `h=${signature?.signed.join(':')}`,
  });
  if (validation === 'fail' || said !== validation) return;
  verify.that(chain.result === 'pass', {
    demand: 'the chain verifies with what was added',
    expected: 'pass',
    actual: `${chain.result}${chain.reason === '' ? '' : ` (${chain.reason})`}`,
  });
}

/** The numbers of fields in their order. */
function numbersOf(fields: Chain['fields']): string {
  return fields
    .map(({ instance }) => instance ?? 0)
    .sort((one, other) => one - other)
    .join(' ');
}

function wordsOf({ fields }: Chain): string {
  return fields.map(({ name, instance }) => `${name} i=${instance ?? '?'}`).join(', ') || 'no ARC fields';
}

function sealed(services: Services, message: Buffer, sealer: string): Promise<Buffer> {
  return sealedBy(services, message, sealer, { results: 'dmarc=none' });
}
