import { inject } from 'vitest';
import { loadChecks } from '../check/load.ts';
import './audit-context.ts';
import { createBench } from './bench.ts';
import { openJournal } from './journal.ts';
import { register } from './register.ts';

const { target, runId, selected, suitesFolder, journalFile, evidenceFolder } = inject('audit');
const checks = await loadChecks(suitesFolder);
register(
  checks.filter((check) => selected.includes(check.definition.id)),
  createBench({ target, runId, evidenceFolder }),
  openJournal(journalFile),
);
