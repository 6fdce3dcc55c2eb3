import { afterAll, beforeAll, expect, it } from 'vitest';
import { authorised } from './authority.ts';
import { createTargetsFolder, type TargetsFolder } from './testing/targets-file.ts';

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());

const host = (...lines: readonly string[]) =>
  folder.declare(
    [
      'version: 1',
      'targets:',
      '  shop:',
      '    driver: host',
      '    address: 192.0.2.25',
      '    mail-domain: example.test',
      '    roles: { mx: 25 }',
      ...lines.map((line) => `    ${line}`),
      '',
    ].join('\n'),
  );

it('asks who allowed it where a server of others is to be sent mail, and whom to ask', async () => {
  const declared = await host('permissions: [safe, sends-mail, intrusive]');
  const { file } = declared.origin;
  expect(() => authorised([declared], {})).toThrow(
    [
      `${file}:8:18: The permission sends-mail, intrusive for shop needs a word of who allowed it: --i-am-authorised-by TEXT, or "authority: TEXT" of the target.`,
      `${file}:8:18: The permission sends-mail for shop needs somebody to ask about its messages: --contact TEXT, or "contact: TEXT" of the target.`,
    ].join('\n'),
  );
});

it('is content with the file, and with the command line, which goes first', async () => {
  const named = ['permissions: [safe, sends-mail]', 'authority: by the file', 'contact: ask@example.test'];
  const byFile = await host(...named);
  expect(authorised([byFile], {})[0]?.settings).toMatchObject({
    authority: 'by the file',
    contact: 'ask@example.test',
  });
  expect(authorised([byFile], { authority: 'by hand' })[0]?.settings).toMatchObject({
    authority: 'by hand',
    contact: 'ask@example.test',
  });
  const intrusive = await host('permissions: [safe, intrusive]');
  expect(() => authorised([intrusive], { authority: 'by hand' })).not.toThrow();
});

it('asks nobody where only reading is permitted, or the server is on this machine', async () => {
  const reading = await host('permissions: [safe]');
  expect(() => authorised([reading], {})).not.toThrow();
  const local = await host('permissions: [safe, sends-mail, intrusive]');
  const { settings } = local;
  if (settings.driver !== 'host') throw new Error('The target of the test is a host.');
  const here = { ...local, settings: { ...settings, address: '127.0.0.1' } };
  expect(() => authorised([here], {})).not.toThrow();
  const partly = {
    ...here,
    settings: { ...here.settings, roles: { mx: 25, imap: { port: 143, host: '192.0.2.143' } } },
  };
  expect(() => authorised([partly], {})).toThrow('--i-am-authorised-by');
});

it('takes no statement that a report or a header field could not show, and none about what is no host', async () => {
  const declared = await host();
  expect(() => authorised([declared], { authority: ' ', contact: 'Ende\u00a0neu' })).toThrow(
    /^--i-am-authorised-by must be one line .*\n--contact must be one line of printable ASCII/,
  );
  const reference = await folder.declare('version: 1\ntargets:\n  own: { driver: reference }\n');
  expect(() => authorised([reference], { contact: 'ask@example.test' })).toThrow('none is audited here');
  expect(authorised([reference], {})).toEqual([reference]);
});

it('reads how often a connection may begin', async () => {
  const paceOf = async (...lines: readonly string[]) => {
    const { settings } = await host(...lines);
    return settings.driver === 'host' ? settings.pace : null;
  };
  expect(await paceOf()).toBe(undefined);
  expect(await paceOf('pace: 0')).toBe(0);
  expect(await paceOf('pace: 30 per minute')).toBe(2_000);
  expect(await paceOf('pace: 4 per second')).toBe(250);
  await expect(host('pace: often')).rejects.toThrow(
    '"pace" of target shop must be a pace such as "60 per minute" (second, minute or hour), or 0 for no limit, found "often".',
  );
});
