import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, openCommandLine } from '../cli/testing/command-line.ts';
import { generatedPages } from './generated-pages.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const DOCS = join(PROJECT, 'docs');
const pages = (await readdir(DOCS, { recursive: true })).filter((name) => name.endsWith('.md'));
const files = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(PROJECT, name)),
  ...pages.map((name) => join(DOCS, name)),
];
const documents = await Promise.all(
  files.map(async (file) => ({ name: relative(PROJECT, file), file, text: await readFile(file, 'utf8') })),
);
/** Those that tell people what to type. */
const told = documents.filter(({ name }) => name === 'README.md' || /^docs\/[^/]+$/.test(name));

test('the pages of suites and standards say what checks and tables say: npm run docs', async () => {
  const generated = await generatedPages(PROJECT);
  for (const [name, text] of generated) {
    const page = documents.find((one) => one.name === `docs/${name}`);
    expect(page?.text, name).toBe(text);
  }
  const there = pages.filter((name) => name.includes('/') && !name.startsWith('example-suite/'));
  expect(there.sort()).toEqual([...generated.keys()].sort());
});

test.each(documents)('$name: its links lead somewhere', ({ file, text }) => {
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    expect(existsSync(target), link).toBe(true);
    if (anchor === undefined || !target.endsWith('.md')) continue;
    const headings = documents.find((one) => one.file === target)?.text.matchAll(/^#+ (.*)$/gm) ?? [];
    const anchors = [...headings].map(([, heading = '']) => anchorOf(heading));
    expect(anchors, link).toContain(anchor);
  }
});

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

/** Commands of code blocks that stand at the beginning of a line, without what comments say of them. */
const commands = [
  ...new Set(
    told.flatMap(({ text }) =>
      [...text.matchAll(/^ {4}(?:\$ )?((?:mailspec|npm) [^\n]*)$/gm)].map(([, line = '']) =>
        line
          .replace(/ {2,}#.*$/, '')
          .replace(/ #.*$/, '')
          .trim(),
      ),
    ),
  ),
];

/** What cannot be run here, and why; everything else is. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [
    /^mailspec init --(?:image|host) /,
    'would ask a registry, or a server elsewhere: harness/cli/init has tests of its own',
  ],
  [/^mailspec audit --(?:host|domain) /, 'is about servers elsewhere: harness/cli/without-file.test.ts'],
  [/^npm (?:ci|install|test)\b/, 'is what brought this test here, or installs'],
];
/** A synopsis of the page of all commands; its words are checked by name. */
const isSynopsis = (line: string) => /\[|…|\bCODE\b|\bSHELL\b| {2}/.test(line);
const isRun = (line: string) => !isSynopsis(line) && !NOT_RUN.some(([form]) => form.test(line));

describe('what documents tell people to type', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await openCommandLine();
    const names = ['shop', 'live', 'reference'];
    await cli.targets(
      `version: 1\ndefault: [shop]\ntargets:\n${names.map((name) => `  ${name}: { driver: reference }\n`).join('')}`,
    );
    await cp(join(DOCS, 'example-suite'), join(cli.folder, 'docs/example-suite'), { recursive: true });
    await writeFile(
      join(cli.folder, 'compose.yaml'),
      'services: { mta: { image: mail, ports: ["25:25"] } }\n',
    );
    // The page about seals makes them with OpenSSL.
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    await writeFile(join(cli.folder, 'lab.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await writeFile(join(cli.folder, 'lab.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
    await cli.mailspec('audit', 'shop', '--only', 'STLS-001', 'STLS-011');
  });
  afterAll(() => cli.remove());

  test('there is something', () => expect(commands.filter(isRun).length).toBeGreaterThan(8));

  test.each(commands.filter((line) => isRun(line) && line.startsWith('mailspec ')))('%s', async (line) => {
    await rm(join(cli.folder, 'mailspec-expected.yaml'), { force: true });
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)]
      .map(([, quoted, plain]) => quoted ?? plain ?? '')
      .slice(1);
    // A whole audit of a document's target would take minutes.
    const some = words[0] === 'audit' && !words.includes('--only') ? ['--only', 'STLS-001'] : [];
    const out = words[0] === 'init' ? ['--out', 'another.yaml'] : [];
    const { code, stderr } = await cli.mailspec(...words, ...some, ...out);
    expect(stderr, line).not.toMatch(/^error:/m);
    expect([0, 1, 2], `${line}: ${stderr}`).toContain(code);
  });

  test('every script of npm that is named exists', async () => {
    const { scripts }: { scripts: object } = JSON.parse(
      await readFile(join(PROJECT, 'package.json'), 'utf8'),
    );
    for (const { text, name } of documents)
      for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([a-z-]+)/g))
        expect(Object.keys(scripts), `${name}: npm run ${script}`).toContain(script);
  });

  test('every command that is named exists', async () => {
    const { stdout } = await cli.mailspec('--help');
    const known = [...stdout.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
    for (const { text, name } of told)
      for (const [, command = ''] of text.matchAll(/(?:^ {4}|`)mailspec ([a-z]+)/gm))
        expect(known, `${name}: mailspec ${command}`).toContain(command);
  });
});
