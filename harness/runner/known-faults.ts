import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Consequences, KnownEffect, KnownFault } from '../../reports/model/diagnosis.ts';
import { FAULTS } from '../model/faults.ts';
import { VERDICTS } from '../model/verdict.ts';

const verdict = z.enum(VERDICTS);
const claimedRows = z.record(z.string(), z.record(z.string(), verdict));
const computedRows = z.record(z.string(), z.record(z.string(), z.tuple([verdict], z.string())));

/** They cannot be told from others in a lab on loopback, where all clients are neighbours, and need a real network. */
const ONLY_ON_LOOPBACK: readonly string[] = ['mx-trusts-private-networks'];

const explainsRows = z.record(z.string(), z.array(z.string()));

/** Findings that follow from another one, by the code of that one; from `explains.yaml` of the catalogue. */
export async function loadConsequences(folder: string): Promise<Consequences> {
  return read(join(folder, 'explains.yaml'), explainsRows);
}

/**
 * What is known of mistakes: for each fault of the reference server the checks that it changes, from
 * `dictionary.yaml`; where it has no row yet, those that claim to catch it, from `kill-matrix.yaml`.
 * @param folder the catalogue of the suites; nothing is known where it has neither file
 */
export async function loadKnownFaults(folder: string): Promise<readonly KnownFault[]> {
  const [claimed, computed] = await Promise.all([
    read(join(folder, 'kill-matrix.yaml'), claimedRows),
    read(join(folder, 'dictionary.yaml'), computedRows),
  ]);
  const known = new Map<string, KnownFault['signature']>();
  for (const [name, row] of Object.entries(claimed))
    known.set(
      name,
      effects(row, (verdict) => ({ verdict, demands: [] })),
    );
  for (const [name, row] of Object.entries(computed))
    known.set(
      name,
      effects(row, ([verdict, ...demands]) => ({ verdict, demands })),
    );
  return Object.entries(FAULTS).flatMap(([name, text]) => {
    const signature = known.get(name);
    return signature === undefined || ONLY_ON_LOOPBACK.includes(name) ? [] : [{ name, text, signature }];
  });
}

function effects<Cell>(
  row: Readonly<Record<string, Cell>>,
  effectOf: (cell: Cell) => KnownEffect,
): KnownFault['signature'] {
  return Object.fromEntries(Object.entries(row).map(([code, cell]) => [code, effectOf(cell)]));
}

async function read<Rows>(path: string, schema: z.ZodType<Rows>): Promise<Rows | Record<string, never>> {
  try {
    return schema.parse(parse(await readFile(path, 'utf8')) ?? {});
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return {};
    throw failure;
  }
}
