import type { Control, Finding } from '../../check/control.ts';
import type { Bench } from '../../engine/bench.ts';
import { foundBy } from '../../engine/controls.ts';
import { printable } from '../../evidence/visible.ts';
import { Inconclusive, NotApplicable } from '../../model/outcomes.ts';
import { accountLogsIn } from '../../steps/controls/account-logs-in.ts';
import { mailLeaves } from '../../steps/controls/mail-leaves.ts';
import { ordinaryMailIsTaken } from '../../steps/controls/ordinary-mail.ts';
import { strangersAreServed } from '../../steps/controls/strangers-are-served.ts';
import { hasMailbox, NO_MAILBOX } from '../../steps/in-mailbox.ts';
import { placeOf, type TargetDeclaration } from '../../targets/load.ts';
import type { Diagnosis, Tell } from './diagnosis.ts';

/** A control, how the doctor calls what it shows, and what to do where it breaks off. */
interface Question<Found extends Finding> {
  readonly control: Control<Found>;
  readonly what: string;
  readonly todo: string;
}

/**
 * Asks by the controls of audits whether the first account of a bench logs in, whether its mailbox is known to
 * strangers, whether a message comes to it, and, of the first account of the target, whether its mail leaves.
 */
export async function examineAccount(
  declaration: TargetDeclaration,
  bench: Bench,
  { index, tell }: { readonly index: number; readonly tell: Tell },
): Promise<void> {
  const address = printable(bench.target.accounts[0]?.address ?? '');
  const place = placeOf(declaration, ['accounts', index]);
  const login: Question<Finding> = {
    control: accountLogsIn,
    what: `login of ${address}`,
    todo: `correct address, login or password of the account at ${place}.`,
  };
  const obstacle = obstacleTo(accountLogsIn, bench);
  if (obstacle === undefined) await ready(bench, [accountLogsIn]);
  const loggedIn = diagnosisOf(bench, login, obstacle);
  tell(loggedIn);
  const questions: readonly Question<Finding>[] = [
    {
      control: strangersAreServed,
      what: `RCPT for ${address}`,
      todo: `see whether the mailbox exists, and whether "mail-domain" is right at ${placeOf(declaration, ['mail-domain'])}.`,
    },
    {
      control: ordinaryMailIsTaken,
      what: `mail to ${address}`,
      todo: 'read what the server says; its log tells where the message went.',
    },
    ...(index === 0
      ? [
          {
            control: mailLeaves,
            what: `mail of ${address} to elsewhere`,
            todo: 'hand the name server of the lab to the server ("env": lab:resolver), or declare its relay host ("claims": smarthost).',
          },
        ]
      : []),
  ];
  const obstacles = new Map(
    questions.map(({ control }) => [
      control,
      obstacleTo(control, bench) ??
        (loggedIn.state !== 'no' || control === strangersAreServed
          ? undefined
          : `it needs the login of ${address}`),
    ]),
  );
  await ready(
    bench,
    questions.flatMap(({ control }) => (obstacles.get(control) === undefined ? [control] : [])),
  );
  for (const question of questions) tell(diagnosisOf(bench, question, obstacles.get(question.control)));
}

/** Whether the target asks the name server of the lab, by what the controls of a bench have seen. */
export function examineLookups({ controls, lab }: Bench, tell: Tell): void {
  const what = 'names of the lab';
  const left = foundBy(controls, mailLeaves);
  const { asked } = foundBy(controls, ordinaryMailIsTaken) ?? {};
  const outcome = controls.outcomeOf(mailLeaves);
  const stayed = outcome && 'thrown' in outcome ? outcome.thrown : undefined;
  if (left && !left.arrived.bySmarthost)
    tell({ state: 'ok', what, line: 'the mail that left found its server by them' });
  else if (asked && asked.size > 0)
    tell({ state: 'ok', what, line: `records of a sender were asked for: ${[...asked].join(', ')}` });
  else if (stayed instanceof Inconclusive && stayed.why === 'environment')
    tell({
      state: 'no',
      what,
      line: printable(stayed.message),
      todo: 'hand the name server of the lab to the server: "env" of the target with lab:resolver.',
    });
  else
    tell({
      state: 'not tried',
      what,
      line: lab ? 'nothing happened by which the target would ask for one' : NO_LAB,
    });
}

const NO_LAB = 'the target has no lab';

/** Why a control is not tried on a target, as the end of a sentence; undefined where it can be. */
function obstacleTo({ definition }: Control<unknown>, { target, lab }: Bench): string | undefined {
  const { safety, roles, needs = [] } = definition;
  if (!target.permissions.includes(safety)) return `"permissions" of the target do not grant ${safety}`;
  if (!roles.some((role) => target.endpoints[role])) return `none of ${roles.join(', ')} is declared`;
  if (!lab && (needs.includes('dns') || needs.includes('sink'))) return NO_LAB;
  return needs.includes('mailbox') && !hasMailbox(target) ? NO_MAILBOX : undefined;
}

/** Runs controls; those that a moment of this machine may have ended are asked once more. */
async function ready({ controls }: Bench, wanted: readonly Control<unknown>[]): Promise<void> {
  await controls.ready(wanted);
  const isDoubtful = ({ definition }: Control<unknown>): boolean =>
    controls.doubtAbout(definition.id) !== null || (definition.buildsOn ?? []).some(isDoubtful);
  if (!wanted.some(isDoubtful)) return;
  controls.forgetDoubtful();
  await controls.ready(wanted);
}

function diagnosisOf(
  { controls }: Bench,
  { control, what, todo }: Question<Finding>,
  obstacle: string | undefined,
): Diagnosis {
  if (obstacle !== undefined) return { state: 'not tried', what, line: obstacle };
  const outcome = controls.outcomeOf(control);
  if (!outcome) return { state: 'not tried', what, line: 'it was ended before' };
  if ('thrown' in outcome) {
    const line = printable(outcome.thrown.message);
    if (outcome.thrown instanceof NotApplicable) return { state: 'not tried', what, line };
    return { state: 'no', what, line, todo };
  }
  const isUnknown = control === accountLogsIn && foundBy(controls, accountLogsIn)?.letIn === false;
  const line = control === ordinaryMailIsTaken ? `it arrives and is read; ${outcome.line}` : outcome.line;
  return { state: isUnknown ? 'no' : 'ok', what, line, ...(isUnknown ? { todo } : {}) };
}
