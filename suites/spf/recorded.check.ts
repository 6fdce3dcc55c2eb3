import {
  check,
  type RecordedResult,
  type Services,
  type StoredMessage,
  type Verify,
} from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt, wordsOf } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { RESULTS } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { clientAddress } from './world.ts';

export const resultsStandOnTop = check(
  {
    ...SPF_CHECK,
    id: 'SPF-020',
    slug: 'recorded-on-top',
    title: 'Recorded results are well formed and stand above what came with the message',
    sends:
      'a message from a domain that says ?all, with forged Received-SPF and Authentication-Results fields',
    demands:
      'the own result stands above the forged ones, Received-SPF above the own Received field too, and they name the client and the sender',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7208#9.1', 'rfc8601#2.7.2', 'rfc8601#4', 'rfc8601#2.2'],
    waits: deliveries(1),
    kills: ['results-at-the-bottom'],
  },
  async (services) => {
    const { verify, inconclusive, target } = services;
    assertEvaluates(services);
    const { stored, results, offered, sender } = await attempt(services, {
      label: 'forged',
      zone: 'v=spf1 ?all',
      above: [
        'Received-SPF: pass (forged) client-ip=192.0.2.7; envelope-from=forged@example.com; helo=forged.example;',
        `Authentication-Results: ${target.hostname}; spf=pass smtp.mailfrom=forged@example.com`,
      ],
    });
    if (!stored) return inconclusive('precondition', `The message is in no mailbox: ${offered.line}`);
    if (results.length === 0) return inconclusive('precondition', 'No result is recorded.');
    verify.that(
      results.every(({ place }) => place === 'above'),
      {
        demand: 'every own result stands above what was sent',
        expected: 'above',
        actual: results.map((one) => `${wordsOf(one)} ${one.place}`).join(', '),
      },
    );
    for (const result of results) {
      if (result.field === 'Received-SPF') {
        verifyPlace(services, stored);
        verifyReceivedSpf(services, result, sender);
      } else verifyResults(verify, result, sender);
    }
  },
);

/**
 * RFC 7208 §9.1: above the Received field of the receiver, which names the client. Hops within the site,
 * such as LMTP, put theirs above both. Of Authentication-Results nothing of the kind is asked.
 */
function verifyPlace({ verify, helloName }: Services, { added }: StoredMessage): void {
  const received = added.findIndex(
    ({ name, value }) => name === 'received' && value.toLowerCase().includes(helloName),
  );
  const own = added.findIndex(({ name }) => name === 'received-spf');
  verify.ideally.that(received < 0 || own < received, {
    demand: 'Received-SPF stands above the Received field of the receiver',
    expected: 'received-spf, then received',
    actual: added.map(({ name }) => name).join(', '),
  });
}

function verifyReceivedSpf(
  services: Services,
  { result, properties, line }: RecordedResult,
  sender: string,
): void {
  const { verify, helloName } = services;
  verify.ideally.oneOf(result, RESULTS, 'Received-SPF begins with a result');
  const expected = { 'client-ip': clientAddress(services), 'envelope-from': sender, helo: helloName };
  for (const [key, value] of Object.entries(expected)) {
    const found = properties.get(key)?.replace(/^<(.*)>$/, '$1');
    // A key is optional, and false ones are worse than none (RFC 7208 §9.1).
    const judged = found === undefined ? verify.ideally : verify;
    judged.that(found?.toLowerCase() === value.toLowerCase(), {
      demand: `Received-SPF names ${key}`,
      expected: value,
      actual: found ?? `no ${key}: ${line}`,
    });
  }
}

function verifyResults(
  verify: Verify,
  { result, properties, authservId, line }: RecordedResult,
  sender: string,
): void {
  verify.ideally.that(authservId !== null && RESULTS.some((one) => one === result), {
    demand: 'Authentication-Results has an authserv-id and a result',
    expected: `an authserv-id, and ${RESULTS.join(', ')}`,
    actual: line,
  });
  const found = properties.get('smtp.mailfrom')?.replace(/^<(.*)>$/, '$1');
  const domain = domainOf(sender);
  const judged = found === undefined ? verify.ideally : verify;
  judged.that(found !== undefined && [sender, domain, `@${domain}`].includes(found.toLowerCase()), {
    demand: 'Authentication-Results names the sender',
    expected: `smtp.mailfrom=${sender}, or its domain`,
    actual: found ?? `no smtp.mailfrom: ${line}`,
  });
}
