import { expect, test } from 'vitest';
import type { Offered, Services } from '../../harness/check/services.ts';
import { createVerify } from '../../harness/engine/verifications.ts';
import { createRecorder } from '../../harness/evidence/recorder.ts';
import { Inconclusive } from '../../harness/model/outcomes.ts';
import type { Verification } from '../../harness/model/verification.ts';
import * as bytes from '../../harness/wire/bytes.ts';
import { onEveryWay, type Way } from './ways.ts';

/**
 * The outcome of a trial whose messages arrive or not, in the order in which they are sent.
 * @param comesLate the first message is there when it is looked for once more
 */
async function outcomeOf(arrives: readonly boolean[], comesLate = false): Promise<string> {
  const verifications: Verification[] = [];
  const tokens: string[] = [];
  const some: Partial<Record<keyof Services, unknown>> = {
    bytes,
    nonce: '0123',
    helloName: 'probe.mailspec.test',
    imprint: { fields: [], lines: [] },
    target: { endpoints: { imap: {} } },
    inMailbox: async () => (comesLate ? { mailbox: 'Junk', bytes: Buffer.from('late') } : null),
    lab: () => {
      throw new Inconclusive('environment', 'no lab');
    },
    inconclusive: (_why: string, reason: string) => {
      throw new Error(reason);
    },
    variant: (_name: string, body: (verify: Services['verify']) => Promise<void>) =>
      body(createVerify(createRecorder(), verifications, new AbortController().signal)),
  };
  const way: Way = {
    name: 'in',
    key: 'in',
    async send(_services, { token, compose }) {
      expect(tokens.filter((other) => other.includes(token) || token.includes(other))).toEqual([]);
      tokens.push(token);
      const sent = compose({ from: 'a@example.org', to: 'b@example.test' });
      const copies = arrives[tokens.length - 1] ? [{ reader: 'IMAP', bytes: sent }] : [];
      const offered = { disposition: 'accepted', stage: 'DATA', code: 250, line: '250 ok' } as Offered;
      return { token, to: 'b@example.test', sent, offered, copies };
    },
  };
  const trial = {
    label: 'text',
    ways: [way],
    compose: ({ token }: { readonly token: string }) => bytes.lines(`Subject: ${token}`, '', 'text'),
    judge: (verify: Services['verify']) => verify.met('it was judged', 'a copy'),
  };
  try {
    await onEveryWay(some as Services, trial);
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  }
  return verifications.map(({ held, demand }) => `${held ? 'held' : 'missed'}: ${demand}`).join(', ');
}

test('a message that does not arrive is lost only where an ordinary one comes and the same one stays away again', async () => {
  expect(await outcomeOf([true])).toBe('held: it was judged');
  expect(await outcomeOf([false, true, false])).toBe('missed: what was taken arrives');
  expect(await outcomeOf([false, false])).toContain('Neither this message nor an ordinary one');
  expect(await outcomeOf([false, true, true])).toContain('the same message arrived that was sent once more');
  expect(await outcomeOf([false, true, false], true)).toBe('held: it was judged');
});
