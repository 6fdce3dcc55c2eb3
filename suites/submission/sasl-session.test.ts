import { expect, test } from 'vitest';
import type { SaslMechanism, Services } from '../../harness/check/check.ts';
import { openSaslSession } from './sasl-session.ts';

/** A POP3 server that ends every exchange with this reply. */
function answering(responseCode: string | null): Services {
  const reply = { status: '-ERR', responseCode, line: '-ERR no', text: 'no' };
  return {
    role: 'pop3s',
    pop3: async () => ({ connection: {}, capa: async () => ({ mechanisms: ['SCRAM-SHA-256'] }) }),
    sasl: { authenticatePop3: async () => ({ accepted: false, outcome: { kind: 'reply', reply } }) },
  } as unknown as Services;
}

const MECHANISM = {} as SaslMechanism;

test('a maildrop that another session has is no refusal of the login', async () => {
  const session = await openSaslSession(answering('IN-USE'));
  expect(await session.authenticate(MECHANISM)).toMatchObject({ accepted: true });
});

test('any other error is', async () => {
  const session = await openSaslSession(answering('AUTH'));
  expect(await session.authenticate(MECHANISM)).toMatchObject({ accepted: false });
});
