import { check, type RecordedResult, type Services, type StoredMessage } from '../../harness/check/check.ts';
import { publish } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import { assertEvaluated } from './evaluation.ts';
import { attempt, type Handling, type Trial, wordsOf } from './trial.ts';

const common = {
  ...AUTHORED_MAIL,
  budget: '60s',
} as const;

/** Result words by method (RFC 8601 §2.7.1, §2.7.2; RFC 9989 §9). */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  spf: ['none', 'neutral', 'pass', 'fail', 'softfail', 'policy', 'temperror', 'permerror'],
  dkim: ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'],
  dmarc: ['none', 'pass', 'fail', 'temperror', 'permerror', 'bestguesspass'],
};
/** Properties of which each method names at least one. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  spf: ['smtp.mailfrom', 'smtp.helo'],
  dkim: ['header.d', 'header.i'],
  dmarc: ['header.from'],
};

/** Hands in a message with everything in order, in the name of a protected domain. */
async function orderly(
  services: Services,
  more: Partial<Trial> = {},
): Promise<{ domain: string; handling: Handling }> {
  const domain = await publish(services, services.lab().domain('orderly'), {
    dmarc: 'v=DMARC1; p=reject',
    spf: 'sender',
    key: true,
  });
  const handling = await attempt(services, {
    name: 'orderly',
    author: `author@${domain}`,
    sender: `author@${domain}`,
    signedBy: [domain],
    ...more,
  });
  return { domain, handling };
}

/** The results that the target recorded in its own Authentication-Results. */
function ownResults({ results }: StoredMessage): readonly RecordedResult[] {
  return results.filter(({ field }) => field === 'Authentication-Results');
}

/** The message where it was delivered. @throws Inconclusive where it was not */
function delivered({ inconclusive }: Services, handling: Handling): StoredMessage {
  if (handling.kind === 'inbox' || handling.kind === 'junk') return handling.message;
  return inconclusive('precondition', `A message with everything in order was ${wordsOf(handling)}.`);
}

export const resultsAreRecorded = check(
  {
    ...common,
    id: 'DMARC-011',
    slug: 'results-are-recorded',
    title: 'SPF, DKIM and DMARC results are all recorded in Authentication-Results',
    sends: 'a message that passes SPF, DKIM and DMARC',
    demands: 'the delivered message has all three results, in registered words and with their properties',
    level: 'policy',
    severity: 'medium',
    clauses: [
      'bsi-tr-03182#4.1.7',
      'rfc8601#4',
      'rfc8601#2.7',
      'rfc8601#2.7.1',
      'rfc8601#2.7.2',
      'rfc8601#2.7.7',
      'rfc9989#5.4',
    ],
    kills: ['results-not-recorded', 'results-of-spf-alone'],
  },
  async (services) => {
    const { verify, target, lab, notApplicable } = services;
    const { domain, handling } = await orderly(services);
    const own = ownResults(delivered(services, handling));
    const claim = target.claims.inboundAuthentication;
    const silent = claim?.spf === 'none' && claim.dkim === 'none' && claim.dmarc === 'none';
    if (own.length === 0 && silent)
      notApplicable('Nothing is evaluated, as declared.', 'claims: inbound-authentication');
    const asked = await lab().dns.queries();
    if (own.length === 0 && !asked.some(({ type }) => type === 'TXT'))
      notApplicable(
        'Nothing is evaluated.',
        `no TXT record of ${domain} was asked for, no result is recorded`,
      );
    const held = verify.that(own.length > 0, {
      demand: 'what was found out about a message is recorded in it',
      expected: 'an Authentication-Results field',
      actual: wordsOf(handling),
    });
    if (!held) return;
    for (const method of ['spf', 'dkim', 'dmarc']) judgeMethod(verify, method, own);
  },
);

function judgeMethod(verify: Services['verify'], method: string, results: readonly RecordedResult[]): void {
  const found = results.filter((result) => result.method === method);
  const present = verify.ideally.that(found.length > 0, {
    demand: `a result of ${method} is recorded`,
    expected: `${method}=…`,
    actual: results.map((one) => `${one.method}=${one.result}`).join(' '),
  });
  if (!present) return;
  const words = (WORDS[method] ?? []).map((word) => `${method}=${word}`);
  const wanted = PROPERTIES[method] ?? [];
  for (const { result, properties, line } of found) {
    verify.ideally.oneOf(`${method}=${result}`, words, `the result of ${method} is a registered word`);
    if (result === 'none') continue;
    verify.ideally.that(
      wanted.some((name) => properties.has(name)),
      {
        demand: `the result of ${method} says what it is about`,
        expected: wanted.join(' or '),
        actual: line,
      },
    );
  }
}

/** Forms of a field that claims to be the target's own; each carries a mark by which it is found again. */
const FORGERIES: readonly {
  readonly name: string;
  readonly exact: boolean;
  readonly head: (id: string) => string;
}[] = [
  { name: 'the identifier', exact: true, head: (id) => ` ${id}` },
  { name: 'the identifier once more', exact: true, head: (id) => ` ${id}` },
  { name: 'upper case', exact: false, head: (id) => ` ${id.toUpperCase()}` },
  { name: 'with version 1', exact: false, head: (id) => ` ${id} 1` },
  { name: 'with an unknown version', exact: false, head: (id) => ` ${id} 99` },
  { name: 'folded in front of the identifier', exact: false, head: (id) => `\r\n\t${id}` },
  { name: 'a comment in front of the identifier', exact: false, head: (id) => ` (own) ${id}` },
  { name: 'the identifier in quotes', exact: false, head: (id) => ` "${id}"` },
];

export const forgedResultsAreRemoved = check(
  {
    ...common,
    id: 'DMARC-012',
    slug: 'forged-results-are-removed',
    title: 'Forged Authentication-Results claiming the own identifier are removed',
    sends:
      'a message with results under the identifier of the target, in the exact form and in eight variants',
    demands: 'none of them is left, or not under that name',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc8601#5', 'rfc8601#7.1'],
    budget: '90s',
    kills: ['forged-results-kept', 'forged-results-first-removed', 'forged-results-in-variants-kept'],
  },
  async (services) => {
    const { variant, notApplicable, nonce } = services;
    const control = await orderly(services);
    const [own] = ownResults(delivered(services, control.handling));
    const id = own?.authservId;
    if (!id) return notApplicable('The target writes no Authentication-Results.', wordsOf(control.handling));
    const forgeries = FORGERIES.map(({ name, exact, head }, index) => {
      const mark = `forged-${index}-${nonce}.example`;
      const field = `Authentication-Results:${head(id)};\r\n\tdmarc=pass header.from=${mark}`;
      return { form: name, exact, mark, lines: field.split('\r\n') };
    });
    for (const isExact of [true, false]) {
      const name = isExact ? 'the exact form' : 'variants';
      await variant(name, async (verify) => {
        const chosen = forgeries.filter(({ exact }) => exact === isExact);
        const { handling } = await orderly(services, {
          name: `forged ${name}`,
          above: chosen.flatMap(({ lines }) => lines),
        });
        if (handling.kind === 'rejected') {
          verify.met('forged results do not get in', wordsOf(handling));
          return;
        }
        const left = delivered(services, handling).fields.filter(
          (field) => field.name === 'authentication-results',
        );
        const strength = isExact ? verify : verify.ideally;
        for (const { form, mark } of chosen) {
          const survivor = left.find(({ value }) => value.includes(mark));
          const demand = `a forged field is removed: ${form}`;
          const expected = 'no such field in the delivered message';
          if (survivor) strength.missed(demand, { expected, actual: survivor.octets });
          else strength.met(demand, expected);
        }
      });
    }
  },
);

export const resultsStandOnTop = check(
  {
    ...common,
    id: 'DMARC-013',
    slug: 'results-stand-on-top',
    title: 'Own Authentication-Results is prepended above the own Received field with a stable identifier',
    sends: 'a message with everything in order',
    demands: 'the own results stand above everything that was sent, best above the own Received field too',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc8601#4', 'rfc8601#4.1', 'rfc8601#2.5', 'rfc6376#6.2'],
    kills: ['results-at-the-bottom'],
    limits: ['One node is seen: whether all of them use the same identifier is not.'],
  },
  async (services) => {
    const { verify, notApplicable } = services;
    const { domain, handling } = await orderly(services);
    const message = delivered(services, handling);
    await assertEvaluated(services, domain, handling);
    const own = ownResults(message);
    if (own.length === 0)
      return notApplicable('The target writes no Authentication-Results.', wordsOf(handling));
    const areAbove = own.every(({ place }) => place === 'above');
    verify.that(areAbove, {
      demand: 'results stand above everything that was sent',
      expected: 'above',
      actual: own.map(({ method, place }) => `${method} ${place}`).join(', '),
    });
    const { added } = message;
    const names = added.map(({ name }) => name);
    const result = names.indexOf('authentication-results');
    // Hops behind the border write Received fields too; the border's names the client.
    const received = added.findIndex(
      ({ name, value }) => name === 'received' && value.includes(services.helloName),
    );
    verify.ideally.that(received < 0 || result < received, {
      demand: 'results stand above the Received field of this server',
      expected: 'Authentication-Results, then Received',
      actual: names.join(', '),
    });
    const areNames = own.every(({ authservId }) => authservId?.includes('.') ?? false);
    verify.ideally.that(areNames, {
      demand: 'the identifier is unique beyond this network',
      expected: 'a domain name',
      actual: own.map(({ authservId }) => authservId ?? 'none').join(', '),
    });
  },
);
