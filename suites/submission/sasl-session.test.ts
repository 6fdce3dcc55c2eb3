import { expect, test } from 'vitest';
import type { Services } from '../../harness/check/check.ts';
import { authenticatePop3, plain } from '../../harness/client/sasl/sasl.ts';
import { openSaslSession } from './sasl-session.ts';

/** A POP3 server that ends every exchange with this reply. */
function answering(responseCode: string | null): Services {
  const reply = { status: '-ERR', responseCode, line: '-ERR no', text: 'no' };
  const client = {
    connection: {},
    capa: async () => ({ mechanisms: ['PLAIN'] }),
    raw: () => undefined,
    reply: async () => reply,
  };
  return { role: 'pop3s', pop3: async () => client, sasl: { authenticatePop3 } } as unknown as Services;
}

const MECHANISM = plain({ login: 'tim', password: 'tanstaaftanstaaf' });

test('a maildrop that another session has is no refusal of the login', async () => {
  const session = await openSaslSession(answering('IN-USE'));
  expect(await session.authenticate(MECHANISM)).toMatchObject({ accepted: true });
});

test('any other error is', async () => {
  const session = await openSaslSession(answering('AUTH'));
  expect(await session.authenticate(MECHANISM)).toMatchObject({ accepted: false });
});
