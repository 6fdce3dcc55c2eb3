import pc from 'picocolors';
import { newRunId } from '../runner/run-id.ts';
import { authorised } from '../targets/authority.ts';
import { selectTargets } from '../targets/select.ts';
import { declaredTargets } from '../targets/without-file.ts';
import { type Diagnosis, diagnosisLine } from './doctor/diagnosis.ts';
import { examineMachine, IN_CONTAINERS } from './doctor/machine.ts';
import { examineTarget } from './doctor/target.ts';
import { type StatementOptions, statementOf } from './statement.ts';

export interface DoctorOptions extends StatementOptions {
  readonly targets: string;
  /** Where an audit would write. */
  readonly out: string;
}

/**
 * `mailspec doctor`: looks at this machine, then at each target that is named, and prints one line for each thing.
 * @returns 0 when all is well, 2 when something is not
 * @throws ConfigurationError for anything wrong in the targets file, and for a secret, file or image that is not there
 */
export async function doctorCommand(names: readonly string[], options: DoctorOptions): Promise<number> {
  const declarations =
    names.length === 0
      ? []
      : authorised(selectTargets(await declaredTargets(options.targets, names), names), statementOf(options));
  const told: Diagnosis[] = [];
  const tell = (diagnosis: Diagnosis) => {
    told.push(diagnosis);
    process.stdout.write(`${diagnosisLine(diagnosis)}\n`);
  };
  process.stdout.write(`${pc.bold('This machine')}\n`);
  await examineMachine(declarations, options.out, tell);
  const hasEngine = !told.some(({ state, what }) => state === 'no' && what === 'container engine');
  const runId = newRunId(new Date());
  // Whoever ends this process ends the look with it; what was made goes by then.
  const { signal } = new AbortController();
  for (const declaration of declarations) {
    process.stdout.write(`\n${pc.bold(declaration.name)}\n`);
    if (!hasEngine && IN_CONTAINERS.includes(declaration.driver))
      tell({ state: 'not tried', what: 'start', line: 'there is no container engine to start it on' });
    else await examineTarget(declaration, { runId, signal, tell });
  }
  const wrong = told.filter(({ state }) => state === 'no').length;
  const untried = told.filter(({ state }) => state === 'not tried').length;
  process.stdout.write(
    `\n${wrong === 0 ? pc.green('All is well') : pc.red(wrong === 1 ? '1 thing is not well' : `${wrong} things are not well`)}; ${untried} not tried.\n`,
  );
  return wrong === 0 ? 0 : 2;
}
