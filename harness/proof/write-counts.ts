import { readFile, writeFile } from 'node:fs/promises';
import { loadProofs, proofTable, withProofTable } from './proofs.ts';

/** Brings the table of proofs in the README in step: a part of `npm run docs`. */
const README = new URL('../../README.md', import.meta.url);
await writeFile(README, withProofTable(await readFile(README, 'utf8'), proofTable(await loadProofs())));
