import { ordersText } from '../../reports/model/order.ts';
import type { Predicate } from '../seal/statement.ts';

/** Most codes that a line names. */
const MOST_NAMED = 12;

/** What a seal says of an audit, in a few sentences: above all what it does not say. */
export function predicateLines({
  conclusion,
  complete,
  profile,
  targets,
  runs,
  stability,
}: Predicate): readonly string[] {
  const names = targets.map(({ name }) => name).join(', ') || 'no target';
  const strict = profile.strict ? ', strict' : '';
  return [
    `${names}: ${conclusion} in the profile ${profile.id}@${profile.version} (${profile.state}${strict}).`,
    ...runs.map(({ runId, startedAt, finishedAt, conclusion: own, interrupted, rerunOf }) => {
      const ended = interrupted === null ? '' : ` It ended before its time: ${interrupted}`;
      const part = rerunOf === null ? '' : ` It asked a part of run ${rerunOf} again.`;
      return `Run ${runId}, ${startedAt} to ${finishedAt}: ${own}.${ended}${part}`;
    }),
    ...targets.flatMap(({ name, leftOut }) =>
      leftOut.map(
        ({ why, checks }) =>
          `Left out on ${name}: ${checks.length} ${checks.length === 1 ? 'requirement' : 'requirements'} (${why}): ${named(checks)}.`,
      ),
    ),
    complete
      ? 'Every requirement of the profile was asked.'
      : 'This is a part of the profile: nothing is said about the rest of it.',
    ...runs.flatMap(({ runId, waivers }) =>
      waivers.map(
        ({ target, check, verdict, authority, expires, reason }) =>
          `Waived in run ${runId}: ${check} on ${target} (${verdict}), by ${authority} until ${expires}: ${reason}`,
      ),
    ),
    ...stabilityLines(stability),
  ];
}

function stabilityLines(stability: Predicate['stability']): readonly string[] {
  if (stability === null) return ['One run alone: nothing is said about whether its verdicts waver.'];
  const { runs, orders, checks, wavering } = stability;
  const many = `${runs} runs, ${ordersText(orders)}`;
  if (wavering.length === 0) return [`${checks} verdicts were the same in ${many}.`];
  return [
    `It cannot be certified: ${wavering.length} of ${checks} verdicts wavered in ${many}.`,
    ...wavering.map(
      ({ target, check, verdicts }) =>
        `Wavered: ${check} on ${target}: ${verdicts.map((verdict) => verdict ?? 'not asked').join(', ')}.`,
    ),
  ];
}

function named(codes: readonly string[]): string {
  const shown = codes.slice(0, MOST_NAMED).join(', ');
  return codes.length > MOST_NAMED ? `${shown} and ${codes.length - MOST_NAMED} more` : shown;
}
