import { describe, expect, test } from 'vitest';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceLife } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultAgainst, resultOn } from './proof.ts';

/** What well-run servers do every day: none of it may cost them a verdict. */
const LIVES: Readonly<Record<string, ReferenceLife>> = {
  'greets late and in lines, answers slowly, refuses senders at RCPT and pipelining behind STARTTLS': {
    greetingDelayMs: 400,
    multiLineGreeting: true,
    replyDelayMs: 40,
    delayedReject: true,
    closesOnPipelinedStarttls: true,
  },
  greylists: { greylist: true },
  'turns the first visit away': { firstConnectionTempfail: true },
};

for (const [habit, life] of Object.entries(LIVES)) {
  describe.concurrent(`a good server that ${habit}`, () => {
    for (const check of CHECKS) {
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
    habit: 'records the result of one signature of several',
    life: { recordsOneSignature: true },
    checks: /^DKIM-0(0|1[0-6])/,
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

describe('a bad server with ordinary habits', () => {
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

  test('STLS-007 does not take 530 before TLS for a demand of EHLO', async () => {
    const check = CHECKS.find(({ definition }) => definition.id === 'STLS-007');
    if (!check) throw new Error('STLS-007 is not there.');
    const result = await resultOn(check, {
      faults: ['smtp-never-demands-hello', 'submission-takes-unauthenticated-mail'],
    });
    expect(result.verdict, explained(result)).toBe('warn');
  });
});
