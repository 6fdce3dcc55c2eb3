import type { Command } from 'commander';
import type { Statement } from '../targets/authority.ts';

/** Options by which somebody answers for what is done to a server that runs already. */
export interface StatementOptions {
  readonly iAmAuthorisedBy?: string;
  readonly contact?: string;
}

/** Adds the options to a command. */
export function addStatement(command: Command): Command {
  return command
    .option('--i-am-authorised-by <text>', 'who allowed it, for hosts that are permitted more than safe')
    .option('--contact <text>', 'whom to ask about the messages that are sent, for hosts');
}

/** What the command line says for every host. */
export function statementOf({ iAmAuthorisedBy, contact }: StatementOptions): Statement {
  return {
    ...(iAmAuthorisedBy === undefined ? {} : { authority: iAmAuthorisedBy }),
    ...(contact === undefined ? {} : { contact }),
  };
}
