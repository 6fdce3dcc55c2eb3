import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadTargets } from '../../targets/load.ts';
import { createTargetsFolder, type TargetsFolder } from '../../targets/testing/targets-file.ts';
import type { Greeting, Look } from '../look/look.ts';
import { suggestedNames, targetNameFor } from '../look/names.ts';
import { filledIn } from '../testing/filled-in.ts';
import { draftOfHost } from './host.ts';
import { draftOfImage } from './image-draft.ts';
import { writtenTargets } from './written.ts';

let folder: TargetsFolder;
beforeEach(async () => {
  folder = await createTargetsFolder();
});
afterEach(() => folder.remove());

const seen = (port: number, over: Partial<Greeting> = {}): Look => ({
  port,
  greeting: { protocol: 'smtp', tls: 'upgrade', isReady: true, text: '220 ready', name: null, ...over },
  failure: null,
});
const nothing = (port: number): Look => ({ port, greeting: null, failure: 'nobody listens' });

/** Fills in what a file leaves open, and loads it. */
async function load(yaml: string) {
  const [target, ...more] = await loadTargets(await folder.write('targets.yaml', filledIn(yaml)));
  expect(more).toEqual([]);
  return target;
}

describe('a written targets file', () => {
  test('of a host is loaded as it is where the greeting says enough, and with an account when filled in', async () => {
    const looks = [
      seen(25, { name: 'mail.shop.example', text: '220 mail.shop.example ESMTP' }),
      seen(587),
      nothing(465),
    ];
    const yaml = writtenTargets(draftOfHost('192.0.2.25', looks), folder.path);
    const [asWritten] = await loadTargets(await folder.write('as-written.yaml', yaml));
    expect(asWritten).toMatchObject({
      name: '192-0-2-25',
      domain: 'shop.example',
      hostname: 'mail.shop.example',
      isDefault: true,
      permissions: ['safe'],
      settings: { roles: { mx: 25, submission: 587 }, accounts: [] },
    });
    expect((await load(yaml))?.settings).toMatchObject({
      accounts: [{ address: 'audit@shop.example', password: 'env:AUDIT_PASSWORD', disposable: false }],
      dns: 'system',
      'audited-from': 'outside',
    });
    expect(yaml).toContain('# Nothing greets at 465: nobody listens.');
  });

  test('of an image that told no name is refused until it is filled in; its password is made for each run', async () => {
    const image = 'registry.example:5000/mail:1.4';
    const draft = draftOfImage(image, {
      looks: [seen(25), nothing(143)],
      exposed: [],
      ending: 'The container ended with status 1.\nThe last lines of its log:\n  no\\x1b[31mconfiguration',
      ownNames: [],
    });
    const yaml = writtenTargets(draft, folder.path);
    const file = await folder.write('as-written.yaml', yaml);
    await expect(loadTargets(file)).rejects.toThrow(/Target mail lacks "mail-domain"/);
    expect(await load(yaml)).toMatchObject({
      name: 'mail',
      settings: {
        image,
        roles: { mx: 25 },
        accounts: [{ password: 'generate', disposable: true, 'allow-cleartext-secret': true }],
        env: { AUDIT_PASSWORD: 'account:audit@example.org' },
      },
    });
    expect(yaml).toContain('The container ended with status 1.');
  });

  test('takes no name from a server that calls itself by the id of its container, and says what helps', async () => {
    const looks = [seen(25, { name: '0123456789ab' })];
    const yaml = writtenTargets(
      draftOfImage('shop', { looks, exposed: [], ending: null, ownNames: ['0123456789ab'] }),
      folder.path,
    );
    expect(yaml).toContain('# host-name: mail.example.org');
    expect(yaml.replaceAll(/\n\s+# {3}/g, ' ')).toContain(
      '"hostname" gives the container a name that lasts.',
    );
  });

  test('gives ports that are not where they should be a role that is left, and says so', async () => {
    const looks = [
      seen(110, { protocol: 'imap', text: '* OK ready' }),
      seen(2525, { name: 'mail.shop.example' }),
      seen(2526),
      seen(2527, { text: '220 third' }),
    ];
    const yaml = writtenTargets(draftOfHost('mail.shop.example', looks), folder.path);
    expect((await load(yaml))?.settings).toMatchObject({ roles: { mx: 2525, submission: 2526, imap: 110 } });
    expect(yaml).toContain('speaks SMTP at an unusual port: is it mx?');
    expect(yaml).toContain('2527 speaks SMTP too');
  });

  test.each(['a: b', '"', '\\x1b[2J', '# x', "'", '- a', '{', '220 \\n    driver: reference', '%', '&a *a'])(
    'is not changed by a server that greets with %s',
    async (text) => {
      const yaml = writtenTargets(
        draftOfHost('mail.shop.example', [seen(25, { text, name: text }), seen(587, { text })]),
        folder.path,
      );
      expect(await load(yaml)).toMatchObject({
        driver: 'host',
        hostname: 'mail.shop.example',
        domain: 'shop.example',
        settings: { roles: { mx: 25, submission: 587 } },
      });
    },
  );

  test('of a name that YAML would take for something else is loaded', async () => {
    for (const image of ['true', '1.5', 'null', '25']) {
      const draft = draftOfImage(image, { looks: [seen(25)], exposed: [], ending: null, ownNames: [] });
      expect(await load(writtenTargets(draft, folder.path))).toMatchObject({
        isDefault: true,
        settings: { image },
      });
    }
  });

  test('names the schema where that lies beside it or below', async () => {
    const project = new URL('../../../', import.meta.url).pathname;
    const draft = draftOfHost('mail.shop.example', [seen(25)]);
    const own = await readFile(join(project, 'targets.yaml'), 'utf8');
    expect(writtenTargets(draft, project).split('\n')[0]).toBe(own.split('\n')[0]);
    expect(writtenTargets(draft, folder.path)).not.toContain('$schema');
  });
});

test.each([
  ['mail.shop.example', 'shop.example'],
  ['mx2.shop.example', 'shop.example'],
  ['shop.example', 'shop.example'],
  ['host17.shop.example', null],
])('%s suggests the mail domain %s', (name, mailDomain) => {
  expect(suggestedNames(name)).toEqual({ hostName: name, mailDomain });
});

test.each([
  'ESMTP',
  '0123456789ab',
  '192.0.2.25',
  '[192.0.2.25]',
  'localhost.localdomain',
  'a..b',
  'x.1',
  null,
])('%s suggests nothing', (name) => {
  expect(suggestedNames(name)).toEqual({ hostName: null, mailDomain: null });
});

test.each([
  ['Mail_Hub', 'mail-hub'],
  ['2001:db8::25', '2001-db8-25'],
  ['---', 'mail'],
])('%s becomes a target called %s', (called, name) => {
  expect(targetNameFor(called)).toBe(name);
});
