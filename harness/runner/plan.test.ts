import { describe, expect, test } from 'vitest';
import { control } from '../check/control.ts';
import type { CheckDefinition } from '../check/define.ts';
import { checkOf } from '../engine/testing/definition.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { factsOf, planTarget } from './plan.ts';
import type { Profile } from './profile.ts';

const made = (id: CheckDefinition['id'], over: Partial<CheckDefinition> = {}) =>
  checkOf(async () => {}, { id, ...over });
const CHECKS = [
  made('STLS-001'),
  made('STLS-002', { safety: 'intrusive' }),
  made('SMTP-001', { safety: 'sends-mail' }),
  made('SMTP-002'),
];
const PROFILE: Profile = {
  id: 'test',
  version: '1',
  title: 'Test',
  description: 'Test',
  verification: 'verified',
  clauses: [],
  gates: { 'STLS-001': 'fail', 'STLS-002': 'warn', 'SMTP-001': 'info' },
};
const TARGET = { name: 'mail', permissions: ['safe', 'sends-mail', 'intrusive'], settings: {} } as const;

function plan(
  selection: { readonly only?: readonly string[]; readonly skip?: readonly string[] } = {},
  target: Parameters<typeof planTarget>[1] = TARGET,
) {
  const { selected, notSelected } = planTarget(CHECKS, target, PROFILE, { only: [], skip: [], ...selection });
  return {
    selected: selected.map(({ facts, gate }) => `${facts.check} ${gate}`),
    notSelected: notSelected.map(({ check, why }) => `${check} ${why}`),
  };
}

describe('the plan of a target', () => {
  test('selects what the profile lists, with its gates, and gives a reason for the rest', () => {
    expect(plan()).toEqual({
      selected: ['STLS-001 fail', 'STLS-002 warn', 'SMTP-001 info'],
      notSelected: ['SMTP-002 not part of the profile test'],
    });
  });

  test.each([
    ['a code', ['STLS-002'], ['STLS-002 warn']],
    ['a code in lower case', ['stls-002'], ['STLS-002 warn']],
    ['a suite', ['starttls'], ['STLS-001 fail', 'STLS-002 warn']],
    ['a suite and a code', ['smtp-core', 'STLS-001'], ['STLS-001 fail', 'SMTP-001 info']],
    ['a code that the profile does not list', ['SMTP-002'], []],
    ['a suite without checks', ['dkim'], []],
  ])('--only %s', (_, only, selected) => {
    expect(plan({ only }).selected).toEqual(selected);
  });

  test('--skip outweighs --only', () => {
    expect(plan({ only: ['starttls'], skip: ['STLS-001'] }).selected).toEqual(['STLS-002 warn']);
    expect(plan({ skip: ['starttls', 'smtp-core'] }).selected).toEqual([]);
  });

  test('judges an access network by the checks about networks alone', () => {
    const checks = [...CHECKS, made('OP25-001')];
    const profile = { ...PROFILE, gates: { ...PROFILE.gates, 'OP25-001': 'fail' } } as const;
    const network = { ...TARGET, driver: 'network' } as const;
    const { selected, notSelected } = planTarget(checks, network, profile, { only: [], skip: [] });
    expect(selected.map(({ facts }) => facts.check)).toEqual(['OP25-001']);
    expect(notSelected).toContainEqual({
      check: 'STLS-001',
      why: 'is about mail servers, and the target is an access network',
      reason: 'kind',
    });
  });

  test('leaves out what the target does not permit, and names the permission', () => {
    const { selected, notSelected } = plan({}, { name: 'mail', permissions: ['safe'], settings: {} });
    expect(selected).toEqual(['STLS-001 fail']);
    expect(notSelected).toContain(
      'STLS-002 needs the permission intrusive, which targets.yaml does not give',
    );
    expect(notSelected).toContain(
      'SMTP-001 needs the permission sends-mail, which targets.yaml does not give',
    );
  });

  describe('of a target without a lab', () => {
    const needing = control(
      {
        id: 'at-sink',
        title: 'x',
        roles: ['mx'],
        effect: 'reads',
        safety: 'safe',
        budget: '1s',
        needs: ['sink'],
      },
      async () => ({ line: '' }),
    );
    const checks = [
      made('SMTP-001', { needs: ['account', 'dns'] }),
      made('SMTP-002', { needs: ['dns', 'sink'], withoutLab: 'decides' }),
      made('SMTP-003', { buildsOn: [needing] }),
      made('SMTP-004', { considers: [needing] }),
      made('SMTP-005', { needs: ['dns'], withoutLab: 'decides-in-mailbox' }),
      made('SMTP-006', { withoutLab: 'decides-nothing' }),
    ];
    const profile: Profile = {
      ...PROFILE,
      gates: Object.fromEntries(checks.map(({ definition }) => [definition.id, 'fail'])),
    };
    const planned = (over: Partial<Parameters<typeof planTarget>[1]>, demandsLab = false) =>
      planTarget(checks, { ...TARGET, ...over }, { ...profile, demandsLab }, { only: [], skip: [] });
    const codes = ({ selected }: ReturnType<typeof planTarget>) => selected.map(({ facts }) => facts.check);

    test.each([
      ['a host', { driver: 'host' }],
      ['a container that declares none', { driver: 'container', settings: { lab: false } }],
    ] as const)('%s is not asked what only a lab can tell', (_, over) => {
      const plan = planned(over);
      expect(codes(plan)).toEqual(['SMTP-002', 'SMTP-004']);
      expect(plan.notSelected).toEqual(
        ['SMTP-001', 'SMTP-003', 'SMTP-005', 'SMTP-006'].map((check) => ({
          check,
          why: 'needs a lab, and the target has none',
          reason: 'lab',
        })),
      );
    });

    test.each([
      ['an account and IMAP', { roles: { imaps: 993 }, accounts: [{}] }, true],
      ['no account', { roles: { imaps: 993 } }, false],
      ['no mailbox', { roles: { submission: 587 }, accounts: [{}] }, false],
    ])('with %s what an account sends to itself is asked', (_, settings, isAsked) => {
      expect(codes(planned({ driver: 'host', settings })).includes('SMTP-005')).toBe(isAsked);
    });

    test('where there is one, everything is asked', () => {
      expect(codes(planned({ driver: 'container', settings: { lab: true } }))).toHaveLength(6);
    });

    test('a profile that demands a lab leaves nothing out', () => {
      expect(codes(planned({ driver: 'host' }, true))).toHaveLength(6);
    });
  });

  test.each(['only', 'skip'] as const)('--%s with a name of nothing is a mistake that is told', (option) => {
    for (const name of ['STLS-999', 'start-tls', '', 'STLS-001 ', 'ITLS-*']) {
      expect(() => plan({ [option]: [name] }), name).toThrow(ConfigurationError);
    }
    expect(() => plan({ [option]: ['nobody'] })).toThrow(
      /"nobody" is neither the code .* Suites: .*starttls/,
    );
  });

  test('every check is either selected or not, once', () => {
    for (const selection of [{}, { only: ['starttls'] }, { skip: ['SMTP-001'] }]) {
      const { selected, notSelected } = plan(selection);
      const codes = [...selected, ...notSelected].map((text) => text.slice(0, text.indexOf(' ')));
      expect(codes.sort()).toEqual(CHECKS.map(({ definition }) => definition.id as string).sort());
    }
  });
});

test('the facts of a check are those of its definition', () => {
  const check = made('STLS-001', { limits: ['one'] });
  expect(factsOf(check)).toMatchObject({ check: 'STLS-001', suite: 'starttls', limits: ['one'] });
  expect(factsOf(made('STLS-001')).limits).toEqual([]);
});

test('what looks records up needs a lab, or a resolver that the host declares', () => {
  const looksUp = [made('SPF-001', { needs: ['records'] })];
  const profile = { ...PROFILE, gates: { 'SPF-001': 'fail' } } as const;
  const on = (target: Parameters<typeof planTarget>[1]) => {
    const { selected, notSelected } = planTarget(looksUp, target, profile, { only: [], skip: [] });
    return [...selected.map(({ gate }) => gate), ...notSelected.map(({ why }) => why)];
  };
  const host = { ...TARGET, driver: 'host' } as const;
  expect(on(TARGET)).toEqual(['fail']);
  expect(on(host)).toEqual(['needs the public DNS: `dns:` of the target']);
  expect(on({ ...host, settings: { dns: 'system' } })).toEqual(['fail']);
  // Records of a container belong to its lab.
  expect(on({ ...TARGET, driver: 'container', settings: { lab: false, dns: [] } })).toEqual([
    'needs the public DNS: `dns:` of the target',
  ]);
});

test('what only a lab makes a check send needs no permission where there is none', () => {
  const sends = [
    made('SPF-001', {
      needs: ['records'],
      safety: 'sends-mail',
      byRecordsAlone: { safety: 'safe', effect: 'reads' },
    }),
  ];
  const profile = { ...PROFILE, gates: { 'SPF-001': 'fail' } } as const;
  const on = (target: Parameters<typeof planTarget>[1]) =>
    planTarget(sends, target, profile, { only: [], skip: [] }).selected.length;
  const careful = { name: 'mail', permissions: ['safe'] } as const;
  expect(on({ ...careful, driver: 'host', settings: { dns: 'system' } })).toBe(1);
  expect(on({ ...careful, driver: 'container', settings: {} })).toBe(0);
});
