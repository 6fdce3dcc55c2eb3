import { describe, expect, test } from 'vitest';
import type { FaultName } from '../../harness/model/faults.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceLife } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultAgainst, resultOn } from './proof.ts';

/** What well-run servers do every day: none of it may cost them a verdict. */
const LIVES: Readonly<Record<string, ReferenceLife>> = {
  'greets late and in lines, answers slowly, refuses senders at RCPT and pipelining after STARTTLS': {
    greetingDelayMs: 400,
    multiLineGreeting: true,
    replyDelayMs: 40,
    delayedReject: true,
    closesOnPipelinedStarttls: true,
  },
  greylists: { greylist: true },
  'turns the first visit away': { firstConnectionTempfail: true },
};

/** A nightly run asks each check in each of these lives, which takes minutes; any other run in one of them. */
const EVERY_LIFE = process.env.MAILSPEC_IMAGES === 'all';

for (const [at, [habit, life]] of Object.entries(LIVES).entries()) {
  const asked = CHECKS.filter((_, index) => EVERY_LIFE || index % Object.keys(LIVES).length === at);
  describe.concurrent(`a good server that ${habit}`, () => {
    for (const check of asked) {
      const { id, title } = check.definition;
      test(`${id} raises no alarm and stays decided: ${title}`, async () => {
        const result = await resultOn(check, { life });
        expect(['pass', 'not-applicable'], explained(result)).toContain(result.verdict);
      });
    }
  });
}

/** One login, one hand-over and one mailbox serve all checks; these are some of each suite that uses them. */
const WAYS: readonly {
  readonly habit: string;
  readonly life: ReferenceLife;
  readonly checks: RegExp;
}[] = [
  {
    habit: 'lists LOGINDISABLED beside its mechanisms inside TLS',
    life: { loginDisabled: true },
    checks: /^(SPF-001|DKIM-001|DMARC-001|MSG-00[1-4]|RLY-00[1-4]|POP3-00[1-4]|IMAP-0(04|10)|PBS-001)$/,
  },
  {
    habit: 'offers AUTH LOGIN alone',
    life: { authLoginOnly: true },
    checks: /^(RLY-0|SMTP-025|MSG-00[1-4]|TPOL-001|STLS-020|DKIM-017|SUB-01[02-4])/,
  },
  {
    habit: 'takes recipients with 251',
    life: { forwardsRecipients: true },
    checks: /^(STLS-02|TPOL-00|DKIM-017|SPF-001|MSG-00[1-4]|SMTP-00)/,
  },
  {
    habit: 'knows no CAPA',
    life: { withoutCapa: true },
    checks: /^(STLS-0(05|09|1[0-5])|PTA-0(05|07|11|12)|ITLS-0(0[5-9]|1))/,
  },
  {
    habit: 'closes the connection on AUTH by POP3 in the clear',
    life: { closesOnPop3Auth: true },
    checks: /^(PTA-0(05|07|11)|STLS-019)$/,
  },
  {
    habit: 'is greeted once in a session',
    life: { greetsOnce: true },
    checks: /^STLS-0(0[5-9]|1)/,
  },
  {
    habit: 'knows no NOOP',
    life: { withoutNoop: true },
    checks: /^STLS-(00[5-9]|01[014678]|026)$/,
  },
  {
    habit: 'refuses in the clear what leads to no TLS, and goes on there',
    life: { refusesTlsInClear: true },
    checks: /^(STLS-0(0[1-9]|1[0-35-9])|ITLS-)/,
  },
  {
    habit: 'says of commands out of place that it does not know them',
    life: { saysUnknownOutOfPlace: true },
    checks: /^SMTP-00[24]$/,
  },
  {
    habit: 'greets with some of its capabilities',
    life: { greetsWithFewCapabilities: true },
    checks: /^IMAP-0(0[1-5]|10)$/,
  },
  {
    habit: 'answers 400 before TLS on submission',
    life: { putsOffBeforeTls: true },
    checks: /^(STLS-0(0[1-5]|0[7-9]|1[0-79]|2[59])|SUB-0(01|0[4-9]|1)|PTA-0|OP25|RLY-011)/,
  },
  {
    habit: 'takes mail for every name of its domain',
    life: { takesEveryName: true },
    checks: /^RLY-0/,
  },
  {
    habit: 'introduces itself by its address',
    life: { introducesItselfByAddress: true },
    checks: /^SMTP-033$/,
  },
  {
    habit: 'overlooks a parameter of RSET',
    life: { resetsWhateverFollows: true },
    checks: /^SMTP-030$/,
  },
  {
    habit: 'records the result of one signature of several',
    life: { recordsOneSignature: true },
    checks: /^DKIM-0(0|1[0-6])/,
  },
  {
    habit: 'removes Received fields from submitted mail, and says so',
    life: { removesReceived: true },
    checks: /^(MSG-0(01|10|11|17)|SUB-01[4-9]|SMTP-02[12]|DKIM-01[6-9])/,
  },
  {
    habit: 'wraps internationalised mail for sessions that do not ask for it',
    life: { wrapsForOldSessions: true },
    checks: /^(MSG-0(01|08|22)|POP3-00[2-4]|SMTP-019)$/,
  },
];

for (const { habit, life, checks } of WAYS) {
  describe.concurrent(`a good server that ${habit}`, () => {
    for (const check of CHECKS.filter(({ definition }) => checks.test(definition.id))) {
      const { id, title } = check.definition;
      test(`${id} raises no alarm and stays decided: ${title}`, async () => {
        const result = await resultOn(check, { life });
        expect(['pass', 'not-applicable'], explained(result)).toContain(result.verdict);
      });
    }
  });
}

describe.concurrent('a good server whose mailboxes are read by POP3 alone', () => {
  /** What a quarantine holds is not to be seen. */
  const open = ['DMARC-006'];
  for (const check of CHECKS.filter(({ definition }) => /^(POP3|DMARC|MSG|SMTP-007)/.test(definition.id))) {
    const { id, title } = check.definition;
    test(`${id} raises no alarm and stays decided: ${title}`, async () => {
      const result = await resultOn(check, { without: ['imap', 'imaps'] });
      const verdicts = open.includes(id) ? ['inconclusive'] : ['pass', 'not-applicable'];
      expect(verdicts, explained(result)).toContain(result.verdict);
    });
  }
});

describe.concurrent('a good server whose mailboxes are not declared', () => {
  const reads = (need: 'mailbox' | 'mailbox-in-part') =>
    CHECKS.filter(({ definition }) => definition.needs.includes(need));
  const without = ['imap', 'imaps', 'pop3', 'pop3s'] as const;
  for (const check of reads('mailbox-in-part')) {
    const { id, title } = check.definition;
    test(`${id} raises no alarm: ${title}`, async () => {
      const result = await resultOn(check, { without });
      expect(['pass', 'not-applicable', 'inconclusive'], explained(result)).toContain(result.verdict);
    });
  }
  for (const check of reads('mailbox')) {
    const { id, title } = check.definition;
    test(`${id} does not begin: ${title}`, async () => {
      const { verdict, transcript } = await resultOn(check, { without });
      expect(['not-applicable', 'inconclusive']).toContain(verdict);
      expect(transcript.filter(({ who }) => who === 'client')).toEqual([]);
    });
  }
});

describe.concurrent('a server that refuses every message by policy', () => {
  for (const check of CHECKS.filter(({ suite }) => suite === 'smtp-core')) {
    const { id, title } = check.definition;
    test(`${id} raises no alarm: ${title}`, async () => {
      const result = await resultOn(check, { life: { refusesContent: true } });
      expect(['pass', 'not-applicable', 'inconclusive'], explained(result)).toContain(result.verdict);
    });
  }
});

describe.concurrent('a good server that waits for minutes before it tries again', () => {
  const outgoing = /^(TPOL-0(0[1-9]|1[0-7])|STLS-02[0-4]|SMTP-025)$/;
  for (const check of CHECKS.filter(({ definition }) => outgoing.test(definition.id))) {
    const { id, title } = check.definition;
    test(`${id} raises no alarm and stays decided: ${title}`, async () => {
      const result = await resultOn(check, { life: { retriesLate: true } });
      expect(['pass', 'not-applicable'], explained(result)).toContain(result.verdict);
    });
  }

  test.each(['SMTP-026', 'TPOL-021'])('%s cannot know whether what was held back comes', async (id) => {
    const check = CHECKS.find(({ definition }) => definition.id === id);
    if (!check) throw new Error(`${id} is not there.`);
    const result = await resultOn(check, { life: { retriesLate: true } });
    expect(result.verdict, explained(result)).toBe('inconclusive');
  });
});

test('ITLS-006 stays open where a target is declared by its address alone', async () => {
  const check = CHECKS.find(({ definition }) => definition.id === 'ITLS-006');
  if (!check) throw new Error('ITLS-006 is not there.');
  const { server, access, close } = await startReferenceInLab();
  try {
    for (const hostname of ['192.0.2.25', '2001:db8::25']) {
      const result = await resultAgainst(check, { ...server.target, hostname }, access);
      expect(result.verdict, explained(result)).toBe('inconclusive');
    }
  } finally {
    await close();
  }
});

describe('a server that looks at no declared size', () => {
  test('SMTP-011 does not take that for an overflow', async () => {
    const check = CHECKS.find(({ definition }) => definition.id === 'SMTP-011');
    if (!check) throw new Error('SMTP-011 is not there.');
    const result = await resultOn(check, { life: { ignoresDeclaredSize: true } });
    expect(result.verdict, explained(result)).toBe('warn');
  });
});

describe.concurrent('a server whose habits are no faults, but could be better', () => {
  test.each<[string, string, ReferenceLife, FaultName[]]>([
    ['SUB-010', 'a 454 that stays beside good logins is a refusal', { putsOffMalformedLogins: true }, []],
    [
      'SUB-010',
      'an identity that is overlooked gives no rights where everybody has them',
      {},
      ['auth-ignores-authzid', 'submission-sends-as-other-user'],
    ],
    ['STLS-024', 'a sender in the clear is not the message', { missesTlsAtRecipient: true }, []],
    ['STLS-018', 'the code of a refusal before TLS is advice', { putsOffBeforeTls: true }, []],
    ['STLS-006', 'a lasting 400 is a refusal', { putsOffBeforeTls: true }, []],
    ['SUB-003', 'a lasting 400 to MAIL in the clear is a refusal', { putsOffBeforeTls: true }, []],
    ['IMAP-005', 'an identity that is overlooked leads to the own mailbox', {}, ['auth-ignores-authzid']],
  ])('%s warns: %s', async (id, _, life, faults) => {
    const check = CHECKS.find(({ definition }) => definition.id === id);
    if (!check) throw new Error(`${id} is not there.`);
    const result = await resultOn(check, { life, faults });
    expect(result.verdict, explained(result)).toBe('warn');
  });
});

describe('a bad server with ordinary habits', () => {
  test.each<[string, FaultName, ReferenceLife, string]>([
    ['takes a lasting 450 for a refusal', 'mx-puts-off-unknown-users', {}, 'pass'],
    [
      'finds a program that is taken where other names without a domain are refused',
      'mx-takes-programs-as-recipients',
      { takesEveryName: true },
      'warn',
    ],
  ])('RLY-021 %s', async (_, fault, life, verdict) => {
    const check = CHECKS.find(({ definition }) => definition.id === 'RLY-021');
    if (!check) throw new Error('RLY-021 is not there.');
    const result = await resultOn(check, { life, faults: [fault] });
    expect(result.verdict, explained(result)).toBe(verdict);
  });

  test('DNSBL-005 finds refused users though what lists said about an address is kept', async () => {
    const check = CHECKS.find(({ definition }) => definition.id === 'DNSBL-005');
    if (!check) throw new Error('DNSBL-005 is not there.');
    const result = await resultOn(check, {
      life: { keepsListings: true },
      faults: ['dnsbl-blocks-submission'],
    });
    expect(result.verdict, explained(result)).toBe('fail');
  });

  test('STLS-008 sees that no envelope can exist where MAIL is refused with 550', async () => {
    const check = CHECKS.find(({ definition }) => definition.id === 'STLS-008');
    if (!check) throw new Error('STLS-008 is not there.');
    const result = await resultOn(check, { faults: ['submission-refuses-clear-with-other-code'] });
    expect(['pass', 'not-applicable'], explained(result)).toContain(result.verdict);
  });

  test('STLS-014 takes a refusal in the clear for no execution, and finds that the session goes on', async () => {
    const check = CHECKS.find(({ definition }) => definition.id === 'STLS-014');
    if (!check) throw new Error('STLS-014 is not there.');
    const result = await resultOn(check, { life: { refusesTlsInClear: true } });
    expect(result.verdict, explained(result)).toBe('warn');
  });

  test.each<[string, boolean]>([
    ['PTA-005', false],
    ['PTA-005', true],
    ['STLS-003', false],
  ])(
    '%s finds passwords that can only come in the clear by POP3, with one of its own: %s',
    async (id, own) => {
      const check = CHECKS.find(({ definition }) => definition.id === id);
      if (!check) throw new Error(`${id} is not there.`);
      const { server, access, close } = await startReferenceInLab({
        without: ['pop3-stls'],
        faults: ['pop3-accepts-user-pass-before-tls'],
      });
      try {
        const accounts = server.target.accounts.map((account) => ({ ...account, cleartextSecret: own }));
        const result = await resultAgainst(check, { ...server.target, accounts }, access);
        expect(result.verdict, explained(result)).toBe('fail');
      } finally {
        await close();
      }
    },
  );

  test('PTA-003 knows nothing where logins in the clear are refused for now', async () => {
    const check = CHECKS.find(({ definition }) => definition.id === 'PTA-003');
    if (!check) throw new Error('PTA-003 is not there.');
    const result = await resultOn(check, {
      faults: ['smtp-accepts-hidden-auth-before-tls', 'auth-temporarily-unavailable'],
    });
    expect(result.verdict, explained(result)).toBe('inconclusive');
  });

  test.each<[string, FaultName[], string]>([
    ['finds no login where one is forgotten', ['smtp-accepts-hidden-auth-before-tls'], 'pass'],
    ['finds the one that is kept', ['smtp-keeps-login-across-tls'], 'fail'],
    [
      'knows nothing where logins are refused for now',
      ['smtp-accepts-hidden-auth-before-tls', 'auth-temporarily-unavailable'],
      'inconclusive',
    ],
  ])('STLS-025 %s, though MAIL is taken from anybody', async (_, faults, verdict) => {
    const check = CHECKS.find(({ definition }) => definition.id === 'STLS-025');
    if (!check) throw new Error('STLS-025 is not there.');
    const result = await resultOn(check, { faults: ['submission-refuses-at-rcpt', ...faults] });
    expect(result.verdict, explained(result)).toBe(verdict);
  });

  test.each<[string, ReferenceLife]>([
    ['530', {}],
    ['a lasting 400', { putsOffBeforeTls: true }],
  ])('STLS-007 does not take %s before TLS for a demand of EHLO', async (_, life) => {
    const check = CHECKS.find(({ definition }) => definition.id === 'STLS-007');
    if (!check) throw new Error('STLS-007 is not there.');
    const result = await resultOn(check, {
      life,
      faults: ['smtp-never-demands-hello', 'submission-takes-unauthenticated-mail'],
    });
    expect(result.verdict, explained(result)).toBe('warn');
  });
});
