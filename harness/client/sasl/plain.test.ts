import { describe, expect, test } from 'vitest';
import { plain, plainMessage } from './plain.ts';

describe('PLAIN', () => {
  test('builds the messages of the examples of RFC 4616 §4', () => {
    expect(plainMessage({ login: 'tim', password: 'tanstaaftanstaaf' })).toEqual(
      Buffer.from('\0tim\0tanstaaftanstaaf'),
    );
    expect(plainMessage({ authorizationId: 'Ursel', login: 'Kurt', password: 'xipj3plmq' })).toEqual(
      Buffer.from('Ursel\0Kurt\0xipj3plmq'),
    );
  });

  test('declares the password secret and cancels after its one message', async () => {
    const mechanism = plain({ login: 'tim', password: 'tanstaaftanstaaf' });
    expect(await mechanism.respond(Buffer.alloc(0))).toEqual({
      bytes: Buffer.from('\0tim\0tanstaaftanstaaf'),
      secrets: [Buffer.from('tanstaaftanstaaf')],
    });
    expect(await mechanism.respond(Buffer.alloc(0))).toBe('cancel');
  });
});
