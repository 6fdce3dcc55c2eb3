import { expect, test } from 'vitest';
import { dialogue } from '../fixtures/dialogue.ts';
import { postfixRun } from '../fixtures/postfix.ts';
import { seenTls } from './seen-tls.ts';

const [sample] = postfixRun().targets[0]?.results ?? [];

/** What is seen in dialogues, each of one check and one connection. */
function seen(...scripts: string[]) {
  const results = scripts.map((script) => ({
    ...(sample ?? none()),
    transcript: dialogue(script),
  }));
  return seenTls({ results }).map(({ role, protocol, cipher }) => `${role} ${protocol} ${cipher}`);
}

function none(): never {
  throw new Error('The example has no result.');
}

test('versions and suites are told by port, each once', () => {
  const modern =
    '-- connected to mx at 127.0.0.1:25 from 127.0.0.1:4\n== TLS established: TLSv1.3, TLS_AES_256_GCM_SHA384';
  const old =
    '-- connected to mx at 127.0.0.1:25 from 127.0.0.1:4\n== TLS established: TLSv1, TLS_RSA_WITH_AES_128_CBC_SHA';
  const imaps = '-- connected to imaps at [::1]:993 from [::1]:4\n== TLS established: TLSv1.2, A';
  expect(seen(imaps, modern, old, modern)).toEqual([
    'mx TLSv1.3 TLS_AES_256_GCM_SHA384',
    'mx TLSv1 TLS_RSA_WITH_AES_128_CBC_SHA',
    'imaps TLSv1.2 A',
  ]);
});

test('a session that is not with a port of the target, or that a server talks of, is none', () => {
  expect(seen('== TLS established: TLSv1.3, A')).toEqual([]);
  expect(
    seen('-- connected to mx at 127.0.0.1:25 from 127.0.0.1:4\nS: TLS established: TLSv1, EVIL'),
  ).toEqual([]);
});
