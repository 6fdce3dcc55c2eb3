import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadStandards } from '../../harness/runner/standards.ts';
import { CHECKS } from '../proof/proof.ts';

const STANDARDS = await loadStandards(fileURLToPath(new URL('standards/', import.meta.url)));

test.each(STANDARDS)(
  '$document: checks that cite a section and statements that name a check are the same',
  ({ document, statements }) => {
    const cited = CHECKS.flatMap(({ definition: { id, clauses } }) =>
      clauses.filter((clause) => clause.startsWith(`${document}#`)).map((clause) => `${clause} ${id}`),
    );
    const named = statements.flatMap(({ section, checks }) =>
      checks.map((code) => `${document}#${section} ${code}`),
    );
    expect([...new Set(named)].sort()).toEqual([...new Set(cited)].sort());
  },
);

test.each(STANDARDS)(
  '$document: statements stand in the order of the text, counted within their section',
  ({ statements }) => {
    for (const [section, own] of Map.groupBy(statements, (one) => one.section))
      expect(
        own.map(({ nth }) => nth),
        `§${section}`,
      ).toEqual(own.map((_, index) => index + 1));
    const sections = statements.map(({ section }) => section);
    const blocks = sections.filter((section, index) => section !== sections[index - 1]);
    expect(blocks, 'a section stands in one place').toEqual([...new Set(blocks)]);
  },
);
