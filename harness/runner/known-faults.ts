import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Consequences, KnownEffect, KnownFault } from '../../reports/model/diagnosis.ts';
import { FAULT_NAMES, FAULTS, type FaultName } from '../model/faults.ts';
import { VERDICTS } from '../model/verdict.ts';

const verdict = z.enum(VERDICTS);
const claimedRows = z.record(z.string(), z.record(z.string(), verdict));
const computedRows = z.record(z.string(), z.record(z.string(), z.tuple([verdict], z.string())));

/** They cannot be told from others in a lab on loopback, where all clients are neighbours, and need a real network. */
const ONLY_ON_LOOPBACK: readonly string[] = ['mx-trusts-private-networks'];

/**
 * A mistake that is narrower than a server shows by what it changes is told in the words of the wider one: nothing that
 * was seen contradicts those.
 */
const TOLD_AS: Readonly<Partial<Record<FaultName, FaultName>>> = {
  'smtp-ends-data-at-lf-dot-lf-and-silence': 'smtp-ends-data-at-lf-dot-lf',
};

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
  return FAULT_NAMES.flatMap((name) => {
    const signature = known.get(name);
    const text = FAULTS[TOLD_AS[name] ?? name];
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
