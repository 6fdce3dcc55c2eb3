import { expect, test } from 'vitest';
import { cramMd5 } from './cram-md5.ts';

test('CRAM-MD5 answers the challenge of RFC 2195 §2 as its example does', async () => {
  const mechanism = cramMd5({ login: 'tim', password: 'tanstaaftanstaaf' });
  const challenge = Buffer.from('PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+', 'base64');
  expect(await mechanism.respond(challenge)).toEqual({
    bytes: Buffer.from('dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw', 'base64'),
    secrets: [Buffer.from('b913a602c7eda7a495b4e6e7334d3890')],
  });
  expect(await mechanism.respond(challenge)).toBe('cancel');
});
