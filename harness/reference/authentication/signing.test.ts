import { describe, expect, test } from 'vitest';
import { tagValue } from '../../authentication/dkim/tag-list.ts';
import { verify } from '../../authentication/dkim/verify.ts';
import type { FaultName } from '../../model/faults.ts';
import { lines } from '../../wire/bytes.ts';
import { startDialogue } from '../testing/dialogue.ts';
import { SENT_SIGNATURES, type SigningObservation } from '../testing/observations/sent-signatures.ts';
import { createSigning, type Signing } from './signing.ts';

const ALICE = 'alice@example.test';
const STRANGER = 'somebody@elsewhere.test';

async function observe(faults: readonly FaultName[], { see }: SigningObservation): Promise<string> {
  const signing = await createSigning('example.test', (fault) => faults.includes(fault));
  if (see === 'records') return signing.records.map(({ text }) => text).join('\n');
  const relayed: Buffer[] = [];
  const dialogue = await startDialogue({
    faults,
    signing,
    relay: async (_envelope, message) => void relayed.push(message),
  });
  try {
    const own = see === 'own';
    const client = own ? await dialogue.loggedIn('submissions') : (await dialogue.hello('mx')).client;
    await client.ask(`MAIL FROM:<${own ? ALICE : STRANGER}>`);
    await client.ask(`RCPT TO:<${ALICE}>${see === 'report' ? ' NOTIFY=SUCCESS' : ''}`);
    await client.ask('DATA');
    client.write(
      lines(
        `From: <${own ? ALICE : STRANGER}>`,
        `To: <${ALICE}>`,
        'Subject: dots',
        '',
        '..one',
        '...two',
        '.',
      ),
    );
    expect(await client.reply()).toMatch(/^250/);
    const [message] =
      see === 'report' ? relayed : dialogue.reference.mailbox(ALICE).map(({ content }) => content);
    return await signaturesOf(message ?? Buffer.alloc(0), signing);
  } finally {
    await dialogue.end();
  }
}

async function signaturesOf(message: Buffer, { records }: Signing): Promise<string> {
  const verified = await verify(message, async (wanted) =>
    records.filter(({ name }) => name === wanted).map(({ text }) => text),
  );
  return verified
    .map(({ domain, algorithm, result, tags }) =>
      [domain, algorithm, result, tagValue(tags, 'l') ?? '-', tagValue(tags, 'h')].join(' '),
    )
    .join('|');
}

describe.concurrent('what leaves the server', () => {
  for (const [fault, observation] of Object.entries(SENT_SIGNATURES))
    test(`is signed properly, and not under ${fault}`, async () => {
      expect(await observe([], observation)).toMatch(observation.good);
      expect(await observe([fault as FaultName], observation)).toMatch(observation.faulty);
    });
});
