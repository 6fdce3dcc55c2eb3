import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { loadChecks } from '../engine/load.ts';
import { FAULT_NAMES } from '../model/faults.ts';
import { ENVIRONMENT_KINDS } from '../reference/environment.ts';
import { DETECTORS, SABOTAGES } from '../sabotage/sabotages.ts';

/** Replies of the campaign where nobody says how many. */
export const REPLIES = 1_000_000;

const SUITES = fileURLToPath(new URL('../../suites/', import.meta.url));

/** Something that mailspec itself is tested by. */
export interface Proof {
  readonly name: string;
  /** What is tried, with how many of them. */
  readonly tries: string;
  /** Files of tests; empty for the campaign of hostile replies. */
  readonly files: readonly string[];
  /** Which of their tests, where it is not all of them; what Vitest understands after `-t`. */
  readonly only?: string;
}

/** The proofs, with numbers that follow from what they are made of. */
export async function loadProofs(): Promise<readonly Proof[]> {
  const { length: checks } = await loadChecks(SUITES);
  const matrix: Record<string, object> = parse(await readFile(`${SUITES}catalog/kill-matrix.yaml`, 'utf8'));
  const pairs = Object.values(matrix).reduce((sum, verdicts) => sum + Object.keys(verdicts).length, 0);
  return [
    {
      name: 'faults',
      tries: `${FAULT_NAMES.length} faults of the reference server, in ${pairs} pairs with the checks that claim to catch them`,
      files: ['suites/proof/kills.test.ts'],
    },
    {
      name: 'environments',
      tries: `${checks} checks against ${ENVIRONMENT_KINDS.length} peers that are dead, silent, dripping or babbling, which must stay open`,
      files: ['suites/proof/environment.test.ts'],
    },
    {
      name: 'determinism',
      tries: `${checks} checks in two orders side by side, and in a third one at a time: the same verdicts`,
      files: ['suites/proof/determinism.test.ts'],
    },
    {
      name: 'sabotage',
      tries: `${SABOTAGES.length} duties of the harness, each switched off, which one of ${DETECTORS.length} detectors must notice`,
      files: ['harness/sabotage/sabotage.test.ts'],
    },
    {
      name: 'secrets',
      tries: 'audits that send passwords: none stands in anything that was written or printed',
      files: ['harness/runner/secrets.test.ts', 'harness/evidence/redaction.test.ts'],
    },
    {
      name: 'signals',
      tries: 'audits that are stopped or killed: what was learned stays, and nothing else is sent',
      files: ['harness/cli/cli.test.ts', 'harness/runner/run.test.ts', 'harness/runner/guest.test.ts'],
      only: 'that is ended by|that is stopped',
    },
    {
      name: 'starvation',
      tries: 'an audit that is stopped for 20 seconds, and one beside twice as many busy processes as cores',
      files: ['harness/runner/starved.test.ts'],
    },
    {
      name: 'reports',
      tries: '1000 random runs in every report, read again by readers that share no code with the writers',
      files: [
        'reports/truth.test.ts',
        'reports/writers/test-report.test.ts',
        'harness/cli/hostile-server.test.ts',
      ],
    },
    {
      name: 'forgeries',
      tries: 'sealed archives that were changed, each of which must be refused',
      files: ['harness/seal/forgery.test.ts', 'harness/seal/seal.test.ts'],
    },
    {
      name: 'hostile-replies',
      tries: `${REPLIES.toLocaleString('en')} seeded replies of servers that mean harm, for clients, recorder, parsers and reports`,
      files: [],
    },
  ];
}

/** The proofs as a table in Markdown, as the README has it. */
export function proofTable(proofs: readonly Proof[]): string {
  const rows = proofs.map(({ name, tries }) => `| \`${name}\` | ${tries} |`);
  return ['| proof | what is tried |', '|---|---|', ...rows].join('\n');
}

const BEGIN = '<!-- proofs: written by npm run docs -->\n';
const END = '\n<!-- end of the proofs -->';

/** A text with the table between its two marks. @throws Error where a mark is missing */
export function withProofTable(text: string, table: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`Expected ${BEGIN.trim()} and then ${END.trim()} in the text.`);
  return `${text.slice(0, from + BEGIN.length)}${table}${text.slice(to)}`;
}
