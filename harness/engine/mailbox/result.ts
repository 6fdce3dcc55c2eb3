import { sealEvidence } from '../../evidence/store.ts';
import { printable } from '../../evidence/visible.ts';
import type { ControlResult } from '../../model/control-result.ts';
import { type ControlOutcome, endingOf, stateOf } from '../controls.ts';
import { transcribe } from '../transcript.ts';
import type { Watched } from './mailboxes.ts';

/** A watch as the record has it, among the controls. */
export async function resultOf(
  { name, account, watch, ways: { view, byPop3 }, recorder, startedAt }: Watched,
  evidenceFolder: string | null,
): Promise<ControlResult> {
  const { logins, looks, broken, failure } = watch.count;
  const many = (count: number, one: string, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;
  const line = [
    `${many(view.messages, 'message')} in ${many(view.mailboxes, 'mailbox', 'mailboxes')}`,
    many(logins, 'login'),
    many(looks, 'look'),
    ...(broken > 0 ? [`${many(broken, 'session')} that broke or that the server ended`] : []),
  ].join(', ');
  const outcome: ControlOutcome =
    logins === 0 && failure !== undefined
      ? { thrown: endingOf(name, failure, recorder.clean) }
      : { found: null, line };
  const events = [...recorder.events];
  const { lines, omitted } = transcribe(events, []);
  let evidence: ControlResult['evidence'] = null;
  let unkept = '';
  try {
    if (evidenceFolder !== null && events.length > 0)
      evidence = await sealEvidence(evidenceFolder, events, recorder.redactions);
  } catch (thrown) {
    unkept = ` Its evidence could not be kept: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
  const state = stateOf(outcome);
  return {
    control: name,
    title: printable(`The mailbox of ${account.address} is watched${byPop3 ? ' by POP3' : ''}`),
    ...state,
    line: printable(`${state.line}${unkept}`),
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    evidence,
    transcript: lines,
    transcriptOmitted: omitted,
    source: { file: 'harness/engine/mailbox/watch.ts', line: 1 },
  };
}
