import type { Cause } from './verdict.ts';

/**
 * The typed outcomes that end a check body early. `evaluate` is the only place that turns them into
 * verdicts; everything else that is thrown there becomes `error`.
 */

/** The precondition of the check is truly absent; `observed` names what was seen or declared. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
  readonly observed: string;
  constructor(reason: string, observed: string) {
    super(reason);
    this.observed = observed;
  }
}

/** The evidence does not allow a verdict. */
export class Inconclusive extends Error {
  override readonly name: string = 'Inconclusive';
  readonly why: Cause;
  constructor(why: Cause, reason: string) {
    super(reason);
    this.why = why;
  }
}

/** What was met shows that the targets file is wrong: nothing there is a finding about the server. */
export class WrongDeclaration extends Inconclusive {
  override readonly name = 'WrongDeclaration';
  constructor(reason: string) {
    super('precondition', reason);
  }
}

/** The server refused to serve the client before it had said anything. */
export class RefusedAtTheDoor extends Inconclusive {
  constructor(reason: string) {
    super('precondition', reason);
  }
}
