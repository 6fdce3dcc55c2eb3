import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadRemedies, REMEDY_SERVERS, type RemedyServer } from '../../harness/runner/remedies.ts';
import { CHECKS } from '../proof/proof.ts';

const REMEDIES = await loadRemedies(fileURLToPath(new URL('remedies/', import.meta.url)));
const SERVERS: Readonly<Record<string, readonly string[]>> = REMEDY_SERVERS satisfies Record<
  RemedyServer,
  readonly string[]
>;
const CODES = new Set<string>(CHECKS.map(({ definition }) => definition.id));

/** Nobody can write a setting against these: the program itself, or the network, is what is wrong. */
const WITHOUT_SETTING = [
  'SMTP-029',
  'POP3-006',
  'POP3-014',
  'IMAP-012',
  'IMAP-014',
  'IMAP-019',
  'OP25-002',
  'OP25-004',
  'OP25-005',
];

/** What a server must speak to have a say in a check; POP before SMTP is mended where mail is sent. */
function protocolsOf({ definition, suite }: (typeof CHECKS)[number]): string[] {
  const spoken = definition.roles.map((role) =>
    role.startsWith('pop3') ? 'pop3' : role.startsWith('imap') ? 'imap' : 'smtp',
  );
  return suite === 'pop-before-smtp' ? [...spoken, 'smtp'] : spoken;
}

test('remedies are for checks that exist, and name each of them once', () => {
  for (const { topic, checks } of REMEDIES) {
    expect(
      checks.filter((code) => !CODES.has(code)),
      topic,
    ).toEqual([]);
    expect(checks, topic).toEqual([...new Set(checks)]);
  }
});

test('advice is given in both languages', () => {
  for (const { topic, advice } of REMEDIES) {
    expect(advice.en, topic).toMatch(/^[ -~]+[.]$/);
    expect(advice.ja, topic).toMatch(/[\u3041-\u309f].*。$/);
  }
});

test('topics have names of their own', () => {
  const topics = REMEDIES.map(({ topic }) => topic);
  expect(topics).toEqual([...new Set(topics)]);
});

test('every check is followed by advice', () => {
  const advised = new Set(REMEDIES.flatMap(({ checks }) => checks));
  expect([...CODES].filter((code) => !advised.has(code))).toEqual([]);
});

test('where no setting mends it, none is given', () => {
  const hopeless = REMEDIES.filter(({ advice }) => advice.en.startsWith('No setting mends this'));
  expect(hopeless).not.toEqual([]);
  for (const { topic, advice, servers } of hopeless) {
    expect(servers, topic).toEqual([]);
    expect(advice.ja, topic).toMatch(/^設定では直りません。/);
  }
});

const GRAVE = CHECKS.filter(({ definition }) => ['critical', 'high'].includes(definition.severity));

test.each(GRAVE.map((check) => [check.definition.id, check] as const))(
  '%s, which is grave, can be mended on a server that speaks its protocol',
  (code, check) => {
    const remedies = REMEDIES.filter(({ checks }) => checks.includes(code));
    expect(remedies).not.toEqual([]);
    const servers = remedies.flatMap((remedy) => remedy.servers.map(({ server }) => server));
    const able = servers.filter((server) =>
      protocolsOf(check).some((protocol) => SERVERS[server]?.includes(protocol)),
    );
    if (WITHOUT_SETTING.includes(code)) expect(able).toEqual([]);
    else expect(able).not.toEqual([]);
  },
);
