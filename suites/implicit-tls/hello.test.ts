import { expect, test } from 'vitest';
import type { Services } from '../../harness/check/services.ts';
import { olderSuites } from '../../harness/wire/cipher-suites.ts';
import { offerOlder } from './hello.ts';

const FINITE = 0x009e;
const ELLIPTIC = 0xc02f;
const suites = [FINITE, ELLIPTIC].flatMap((wanted) => olderSuites(({ number }) => number === wanted));

/** A server that gives this answer to each of the offers, by the suites in it. */
function answering(answer: (offered: readonly number[]) => string) {
  const offers: (readonly number[])[] = [];
  const connection = { close: () => undefined };
  const some: Partial<Record<keyof Services, unknown>> = {
    role: 'imaps',
    connect: async () => connection,
    target: { hostname: 'mail.example.test' },
    tls: {
      probeHello: async (_: unknown, { cipherSuites }: { readonly cipherSuites: readonly number[] }) => {
        offers.push(cipherSuites);
        const kind = answer(cipherSuites);
        return { kind, text: kind };
      },
    },
  };
  return { services: some as Services, offers };
}

test('a server that hangs up where it has no parameters is asked again without', async () => {
  const { services, offers } = answering((offered) => (offered[0] === FINITE ? 'closed' : 'server-hello'));
  const { answer, hungUp } = await offerOlder(services, suites);
  expect([answer.kind, hungUp?.kind]).toEqual(['server-hello', 'closed']);
  expect(offers).toEqual([[FINITE, ELLIPTIC], [ELLIPTIC]]);
});

test('a server that speaks no TLS 1.2 hangs up on every offer, and on none for what it chose', async () => {
  const { services } = answering(() => 'closed');
  const { answer, hungUp } = await offerOlder(services, suites);
  expect([answer.kind, hungUp]).toEqual(['closed', undefined]);
});

test.each(['server-hello', 'alert', 'silence'])(
  '%s is an answer, and nothing more is offered',
  async (kind) => {
    const { services, offers } = answering(() => kind);
    expect((await offerOlder(services, suites)).answer.kind).toBe(kind);
    expect(offers).toHaveLength(1);
  },
);
