import { describe, expect, test } from 'vitest';
import type { FaultName } from '../../model/faults.ts';
import { lines } from '../../wire/bytes.ts';
import {
  type KeyAnswer,
  RECEIVED_SIGNATURES,
  type SignatureObservation,
} from '../testing/observations/received-signatures.ts';
import type { Lookups } from './lookups.ts';
import { checkSignatures } from './signatures.ts';

/** A DNS that has one answer. */
function lookupsOf(answer: KeyAnswer): Lookups {
  return {
    resolve: async () => {
      if (typeof answer === 'string') return [[answer]];
      throw Object.assign(new Error(`The DNS says ${answer.code}.`), answer);
    },
    cancel: () => undefined,
  };
}

async function observe(faults: readonly FaultName[], { message, answer }: SignatureObservation) {
  const site = { faulty: (fault: FaultName) => faults.includes(fault) };
  const { findings, refusal } = await checkSignatures(site, await message(), lookupsOf(await answer()));
  return [...findings.map(({ result }) => result), ...(refusal ? [String(refusal.code)] : [])].join(' ');
}

describe.concurrent('the signature of a message from elsewhere', () => {
  for (const [fault, observation] of Object.entries(RECEIVED_SIGNATURES))
    test(`is judged properly, and not under ${fault}`, async () => {
      expect(await observe([], observation)).toMatch(observation.good);
      expect(await observe([fault as FaultName], observation)).toMatch(observation.faulty);
    });
});

test('a message without signature has none', async () => {
  const message = lines('From: <a@signer.test>', '', 'text');
  const { findings, passed } = await checkSignatures(
    { faulty: () => false },
    message,
    lookupsOf({ code: 'ENOTFOUND' }),
  );
  expect(findings.map(({ result }) => result)).toEqual(['none']);
  expect(passed).toEqual([]);
});
