import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { camelCase } from '../model/camel-case.ts';

/** A declaration at the top of a source, with what it says. */
interface Declaration {
  readonly file: string;
  readonly text: string;
}

const TOP = /^(?:export )?(?:async )?(?:const|function|let|class) (\w+)/gm;
const IMPORT = /^import \{([^}]*)\} from '(\.[^']+)';/gm;
const CODE = /\bid: '([A-Z0-9]+-\d{3})'/g;

/**
 * Which checks read a claim, by the sources of suites and steps: the definition and the body of a check, and every
 * declaration that these mention, wherever it lies. What the engine does with a claim on its own is no part of it.
 * @param project the root of the project
 * @returns the codes, in their order, by the name of the claim in a targets file
 */
export function claimsRead(
  project: string,
  claims: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const files = globSync('{suites/*,harness/steps}/**/*.ts', { cwd: project }).filter(
    (file) => !/\.test\.ts$|\/testing\/|^suites\/(?:proof|catalog)\//.test(file),
  );
  const sources = new Map(files.map((file) => [file, readFileSync(join(project, file), 'utf8')]));
  const known = new Map([...sources].map(([file, text]) => [file, declarationsIn(file, text)]));
  const imported = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]));

  function reached(from: Declaration): ReadonlySet<Declaration> {
    const found = new Set([from]);
    for (const { file, text } of found)
      for (const [word] of text.matchAll(/\b[A-Za-z_]\w*\b/g)) {
        const place = imported.get(file)?.get(word) ?? { file, name: word };
        const one = known.get(place.file)?.get(place.name);
        if (one) found.add(one);
      }
    return found;
  }

  const checks = [...known.values()].flatMap((declarations) =>
    [...declarations.values()].flatMap((declaration) => {
      const codes = [...declaration.text.matchAll(CODE)].map(([, code = '']) => code);
      return codes.length === 0 ? [] : [{ codes, texts: [...reached(declaration)].map(({ text }) => text) }];
    }),
  );
  return new Map(
    claims.map((claim) => {
      const key = camelCase(claim);
      const reads = new RegExp(
        `\\bclaims\\??\\.${key}\\w*\\b|\\{[^{}]*\\b${key}\\w*\\b[^{}]*\\} = [^;]*\\bclaims\\b`,
      );
      const readers = checks.filter(({ texts }) => texts.some((text) => reads.test(text)));
      return [claim, [...new Set(readers.flatMap(({ codes }) => codes))].sort()];
    }),
  );
}

function declarationsIn(file: string, text: string): ReadonlyMap<string, Declaration> {
  const starts = [...text.matchAll(TOP)];
  return new Map(
    starts.map(({ 1: name = '', index }, at) => [
      name,
      { file, text: text.slice(index, starts[at + 1]?.index) },
    ]),
  );
}

/** What a source imports from others of the project, by the names that it uses. */
function importsOf(file: string, text: string) {
  return new Map(
    [...text.matchAll(IMPORT)].flatMap(([, names = '', path = '']) =>
      names.split(',').map((written) => {
        const [name = '', own = name] = written
          .trim()
          .replace(/^type /, '')
          .split(' as ');
        return [own, { file: join(dirname(file), path), name }] as const;
      }),
    ),
  );
}
