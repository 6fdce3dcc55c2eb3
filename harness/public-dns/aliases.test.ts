import { AUTHENTIC_DATA, type DecodedPacket, type Packet } from 'dns-packet';
import { afterEach, expect, test } from 'vitest';
import { createPublicResolver } from './lookup.ts';
import { ROOT_ANCHORS } from './root-anchors.ts';
import { alias, udpResolver } from './testing/udp-resolver.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function resolverThatSays(
  answer: (name: string, type: string, query: DecodedPacket) => Partial<Packet> | null,
  trustsAd = true,
  tries: readonly number[] = [5_000],
) {
  const said = await udpResolver(answer);
  open.push(said);
  const { signal } = new AbortController();
  const resolver = createPublicResolver(
    { servers: [said.server], trustsAd, rootAnchors: ROOT_ANCHORS },
    { signal, tries },
  );
  return { ...said, ...resolver };
}

test.each([
  ['in one answer', [alias('a.test', 'b.test'), alias('b.test', 'a.test')]],
  ['to itself', [alias('a.test', 'a.test')]],
])('aliases that lead in a circle, %s, end as such', async (_, answers) => {
  const { lookup } = await resolverThatSays(() => ({ flags: AUTHENTIC_DATA, answers }));
  expect(await lookup('a.test', 'A')).toMatchObject({ kind: 'failed', failure: 'alias-loop' });
});

test('so do aliases that lead in a circle over several answers', async () => {
  const { lookup, asked } = await resolverThatSays((name) => ({
    flags: AUTHENTIC_DATA,
    answers: [alias(name, name === 'a.test' ? 'b.test' : 'a.test')],
  }));
  expect(await lookup('a.test', 'A')).toMatchObject({ kind: 'failed', failure: 'alias-loop' });
  expect(asked).toEqual(['a.test A', 'b.test A']);
});

test('aliases without end are given up', async () => {
  const { lookup, asked } = await resolverThatSays((name) => ({
    flags: AUTHENTIC_DATA,
    answers: [alias(name, `x${name}`)],
  }));
  expect(await lookup('a.test', 'A')).toMatchObject({ kind: 'failed', failure: 'alias-chain' });
  expect(asked.length).toBeLessThan(20);
});

test('an alias without what it leads to is followed by another query, and kept', async () => {
  const { lookup } = await resolverThatSays((name) => ({
    flags: AUTHENTIC_DATA,
    answers:
      name === 'a.test'
        ? [alias('A.test', 'b.test')]
        : [{ type: 'A', name: 'B.test', data: '192.0.2.1', ttl: 60 }],
  }));
  expect(await lookup('a.test', 'A')).toMatchObject({
    kind: 'answer',
    rcode: 'NOERROR',
    dnssec: 'secure',
    records: [
      { name: 'a.test', type: 'CNAME', data: 'b.test' },
      { name: 'b.test', type: 'A', data: '192.0.2.1' },
    ],
  });
});

test('the AD bit counts where the path is trusted, and not elsewhere', async () => {
  const says = () => ({
    flags: AUTHENTIC_DATA,
    answers: [{ type: 'A' as const, name: 'a.test', data: '192.0.2.1', ttl: 60 }],
  });
  const trusted = await resolverThatSays(says, true);
  expect(await trusted.lookup('a.test', 'A')).toMatchObject({ dnssec: 'secure' });
  const distrusted = await resolverThatSays(says, false);
  expect(await distrusted.lookup('a.test', 'A')).toMatchObject({ dnssec: 'indeterminate' });
});

test('records about other names in an answer are no answer', async () => {
  const { lookup } = await resolverThatSays(() => ({
    flags: AUTHENTIC_DATA,
    answers: [{ type: 'A', name: 'other.test', data: '192.0.2.1', ttl: 60 }],
  }));
  expect(await lookup('a.test', 'A')).toMatchObject({ rcode: 'NOERROR', records: [] });
});

test('an answer to another question is passed over', async () => {
  const { lookup } = await resolverThatSays(
    () => ({ questions: [{ type: 'A', name: 'other.test' }], answers: [] }),
    true,
    [100],
  );
  expect(await lookup('a.test', 'A')).toMatchObject({ kind: 'failed', failure: 'unreachable' });
});

test('what a validating resolver withholds is looked at without it', async () => {
  const seen: boolean[] = [];
  const { lookup } = await resolverThatSays((name, type, { flag_cd: isUnchecked }) => {
    if (type === 'A') seen.push(isUnchecked);
    if (!isUnchecked) return { flags: 2 };
    return { answers: type === 'A' ? [{ type: 'A', name, data: '192.0.2.1', ttl: 60 }] : [] };
  });
  expect(await lookup('a.test', 'A')).toMatchObject({ kind: 'answer', dnssec: 'indeterminate' });
  expect(new Set(seen)).toEqual(new Set([false, true]));
});
