import { logLine } from '../../evidence/log-line.ts';
import { untilSignal } from '../../runner/until-signal.ts';
import type { TargetDeclaration } from '../../targets/load.ts';
import { consentBy } from './consent.ts';
import { findTargets, type Sought } from './find.ts';
import { lookUpsBy } from './look-ups.ts';
import type { FoundOptions } from './options.ts';

/**
 * Finds servers that no file declares, tells on the standard output what it finds, and asks there.
 * @returns the targets, or null where nothing answers or nobody said yes
 * @throws ConfigurationError also where there is nobody to ask; nothing is sent then
 */
export function findOnTerminal(
  sought: Sought,
  { yes = false, resolver }: Pick<FoundOptions, 'yes' | 'resolver'>,
): Promise<readonly TargetDeclaration[] | null> {
  const ask = consentBy(yes);
  const print = (line: string) => void process.stdout.write(`${logLine(line)}\n`);
  return untilSignal((signal) =>
    findTargets(sought, { ask, lookUps: lookUpsBy(resolver ?? null, signal), print, signal }),
  );
}
