import { inject } from 'vitest';
import { consequenceOf } from '../../reports/model/conclude.ts';
import { byRecordsAlone } from '../check/by-records-alone.ts';
import { loadChecks } from '../engine/load.ts';
import { openBenchLab } from '../lab/check-lab.ts';
import './audit-context.ts';
import { createBench } from '../engine/create-bench.ts';
import { loadOtherSuites } from '../engine/other-suites.ts';
import { shuffled } from '../model/seeded.ts';
import { openJournal } from './journal.ts';
import { register } from './register.ts';
import { hearStop } from './stop-channel.ts';

const audit = inject('audit');
const { target, lab, runId, gates, waived, strict, order, suitesFolder, otherSuites } = audit;
const { rerunOptions, journalFile, evidenceFolder } = audit;
const others = await loadOtherSuites(otherSuites);
const usual = [...(await loadChecks(suitesFolder)), ...others.flatMap((one) => one.checks)];
const checks = order === null ? usual : shuffled(usual, order.seed);
const journal = openJournal(journalFile);
const stop = hearStop(runId);
register(
  checks
    .filter((check) => gates[check.definition.id] !== undefined)
    .map((check) => (lab ? check : byRecordsAlone(check))),
  createBench({
    target,
    lab: lab && openBenchLab(lab),
    runId,
    evidenceFolder,
    rerunOptions,
    signal: stop.signal,
    onControl: (control) => journal.append({ kind: 'control', control }),
  }),
  { ...journal, close: () => void [stop.close(), journal.close()] },
  ({ check, verdict }) => consequenceOf(verdict, gates[check] ?? 'fail', strict, waived[check] === verdict),
  order?.isInTurn ?? false,
);
