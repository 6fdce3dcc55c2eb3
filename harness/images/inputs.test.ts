import { describe, expect, test } from 'vitest';
import { loadTargets } from '../targets/load.ts';
import { readExpected } from './expected-verdicts.ts';
import { dueByChange, inputsOf, nearness } from './inputs.ts';

const declarations = await loadTargets('targets.yaml');
const inputs = async (name: string) => {
  const declaration = declarations.find((one) => one.name === name);
  if (!declaration) throw new Error(`There is no target ${name}.`);
  return inputsOf(name, await readExpected(`harness/images/expected/${name}.yaml`), declaration);
};

describe('what a verdict on a real server depends on', () => {
  test('is the image with the mistake in it, the suites it is asked by, and its own file', async () => {
    const relay = await inputs('postfix-dovecot-relay-helo-name');
    expect(nearness(relay, ['harness/images/expected/postfix-dovecot-relay-helo-name.yaml'])).toBe('own');
    expect(nearness(relay, ['harness/images/postfix-dovecot/postfix/main.cf'])).toBe('own');
    expect(nearness(relay, ['harness/images/postfix-dovecot/defects/relay-helo-name.sh'])).toBe('own');
    expect(nearness(relay, ['suites/open-relay/forms.ts'])).toBe('suite');
    expect(
      nearness(relay, [
        'harness/images/postfix-dovecot/defects/open-relay.sh',
        'harness/images/expected/postfix-dovecot.yaml',
        'harness/images/courier/setup.sh',
        'suites/starttls/controls.ts',
        'README.md',
      ]),
    ).toBeNull();
  });

  test('is found through a context that images share, single codes, and compose files', async () => {
    const exim = await inputs('exim');
    expect(nearness(exim, ['harness/images/exim/hardened/exim4.conf'])).toBe('own');
    expect(nearness(exim, ['harness/images/opensmtpd/hardened/smtpd.conf'])).toBeNull();
    const single = await inputs('postfix-opendmarc-unsigned');
    expect(nearness(single, ['suites/dkim/controls.ts'])).toBe('suite');
    const composed = await inputs('compose-postfix-dovecot');
    expect(nearness(composed, ['harness/images/compose-postfix-dovecot/sockets.conf'])).toBe('own');
  });

  test('puts what is nearest first', () => {
    const common = { defects: [], suites: ['suites/spf'] };
    const all = new Map([
      ['a', { ...common, expected: 'a.yaml', image: ['images/a'] }],
      ['b', { ...common, expected: 'b.yaml', image: ['images/b'] }],
      ['c', { ...common, suites: [], expected: 'c.yaml', image: [] }],
    ]);
    expect(dueByChange(all, ['suites/spf/x.ts', 'images/b/Dockerfile'])).toEqual(['b', 'a']);
  });
});
