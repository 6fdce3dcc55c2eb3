import { expect, test } from 'vitest';
import { oauthBearer, xoauth2 } from './bearer.ts';

const TOKEN = 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==';

test('OAUTHBEARER builds the message of RFC 7628 §4.1 and answers an error with the dummy message', async () => {
  const mechanism = oauthBearer({
    login: 'user@example.com',
    token: TOKEN,
    host: 'server.example.com',
    port: 143,
  });
  expect(await mechanism.respond(Buffer.alloc(0))).toEqual({
    bytes: Buffer.from(
      'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
      'base64',
    ),
    secrets: [Buffer.from(TOKEN)],
  });
  expect(await mechanism.respond(Buffer.from('{"status":"invalid_token"}'))).toMatchObject({
    bytes: Buffer.from('AQ==', 'base64'),
  });
  expect(await mechanism.respond(Buffer.alloc(0))).toBe('cancel');
});

test('OAUTHBEARER escapes what would end its GS2 header', async () => {
  const response = await oauthBearer({ login: 'a=b,c', token: TOKEN }).respond(Buffer.alloc(0));
  expect(response).toMatchObject({
    bytes: Buffer.from(`n,a=a=3Db=2Cc,\x01auth=Bearer ${TOKEN}\x01\x01`),
  });
});

test('XOAUTH2 has neither GS2 header nor host, and answers an error with nothing', async () => {
  const mechanism = xoauth2({ login: 'someuser@example.com', token: TOKEN });
  expect(await mechanism.respond(Buffer.alloc(0))).toMatchObject({
    bytes: Buffer.from(`user=someuser@example.com\x01auth=Bearer ${TOKEN}\x01\x01`),
  });
  expect(await mechanism.respond(Buffer.from('{}'))).toMatchObject({ bytes: Buffer.alloc(0) });
});
