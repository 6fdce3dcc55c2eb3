import pc from 'picocolors';
import { limitsLine } from '../../reports/model/controls.ts';
import type { LikelyCause } from '../../reports/model/diagnosis.ts';
import { labLine } from '../../reports/model/lab-line.ts';
import { type Matter, mattersOf } from '../../reports/model/matters.ts';
import { type OpenGroup, openGroups } from '../../reports/model/open-groups.ts';
import { waiverLine } from '../../reports/model/outcome.ts';
import type { Conclusion, GatedResult, TargetRecord } from '../../reports/model/record.ts';
import { bySeverity } from '../../reports/model/severity.ts';
import { silenceLine } from '../../reports/model/silence.ts';
import { countsLine } from '../../reports/writers/counts-line.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';

export const CONCLUSIONS: Readonly<Record<Conclusion, (text: string) => string>> = {
  conformant: pc.green,
  'non-conformant': pc.red,
  undetermined: pc.magenta,
};

/** Longest line, in characters. */
const WIDTH = 118;

/** Lines that belong together, such as a cause and what it explains. */
type Block = readonly string[];

/**
 * What was found about a target, the most important first: why it was not audited, causes, findings that stand on
 * their own, what is open by its reason, what is waived.
 * @param room how many lines there are; what does not fit is counted
 */
export function targetSummary(target: TargetRecord, room: number): string[] {
  const head = headOf(target).map(cut);
  const blocks = blocksOf(target);
  const left = room - head.length - 1;
  const shown: string[] = [];
  let hidden = 0;
  for (const block of blocks) {
    if (hidden === 0 && shown.length + block.length <= left) shown.push(...block);
    else hidden += 1;
  }
  const rest = hidden === 0 ? [] : [pc.dim(`  and ${hidden} more, in the report and with --verbose`)];
  return [...head, ...shown, ...rest];
}

/** Conclusion and counts, then what concerns the target as a whole, uncut. */
export function headOf(target: TargetRecord): string[] {
  return [
    '',
    `${pc.bold(target.name)}: ${CONCLUSIONS[target.conclusion](target.conclusion)} — ${countsLine(target)}`,
    ...[target.failure, silenceLine(target), limitsLine(target), labLine(target)].flatMap((line) =>
      line === null ? [] : [`  ${line}`],
    ),
  ];
}

function blocksOf(target: TargetRecord): Block[] {
  const matters = mattersOf(target);
  const advised = (target.causes ?? []).filter((cause) => !matters.some((matter) => matter.cause === cause));
  const explained = new Set(advised.flatMap(({ explains }) => explains));
  const groups = openGroups(target);
  const demanded = groups.filter(({ results }) => results.some(isDemanded));
  const others = groups.filter((group) => !demanded.includes(group));
  const waived = bySeverity(target.results.filter(({ consequence }) => consequence === 'waived'));
  const advice = target.results.flatMap(({ consequence, check }) =>
    consequence === 'advice' && !explained.has(check) ? [check] : [],
  );
  const openCount = others.reduce((sum, { results }) => sum + results.length, 0);
  return [
    ...matters.map(matterBlock),
    ...(target.failure === null ? demanded.map(openBlock) : []),
    ...waived.map(resultBlock),
    ...advised.map((cause) =>
      causeBlock(cause, 'warn', `${cause.explains.length} deviations: ${cause.explains.join(' ')}`),
    ),
    ...(openCount > 0 && target.failure === null
      ? [
          [
            pc.dim(
              `  ? ${openCount} more are open for ${reasons(others.length)}, and the profile does not demand them`,
            ),
          ],
        ]
      : []),
    ...(advice.length > 0
      ? [
          [
            pc.dim(
              cut(`  ! ${advice.length} more deviate where the profile only advises: ${advice.join(' ')}`),
            ),
          ],
        ]
      : []),
  ];
}

function matterBlock({ cause, findings }: Matter): Block {
  if (cause === null) return findings.flatMap(resultBlock);
  const codes = findings.map(({ check }) => check);
  return causeBlock(
    cause,
    'fail',
    `${codes.length === 1 ? 'a finding' : `${codes.length} findings`}: ${codes.join(' ')}`,
  );
}

/** What it looks like, how much it explains, and what speaks against it. */
function causeBlock(
  { faults, doesNotFit, severity }: LikelyCause,
  as: 'fail' | 'warn',
  explains: string,
): Block {
  const [first, ...alike] = faults;
  const { glyph, paint } = VERDICT_GLYPHS[as];
  const or = alike.length === 0 ? '' : ` (or one of ${alike.length} that look the same here)`;
  return [
    cut(`  ${paint(glyph)} ${pc.bold(severity)}, looks like: ${first?.text ?? ''}${or}`),
    cut(`      ${explains}`),
    ...(doesNotFit.length === 0 ? [] : [cut(`      does not fit: ${doesNotFit.join(' ')} passed`)]),
  ];
}

function resultBlock(result: GatedResult): Block {
  const { glyph, paint } = VERDICT_GLYPHS[result.verdict];
  const waived = waiverLine(result);
  return [
    cut(`  ${paint(glyph)} ${pc.bold(result.check)} ${result.severity}: ${result.title}`),
    cut(`      ${result.reason}`),
    ...(waived === null ? [] : [cut(`      ${waived}`)]),
  ];
}

function openBlock({ reason, control, results }: OpenGroup): Block {
  const { glyph, paint } = VERDICT_GLYPHS.inconclusive;
  const who = results.length === 1 ? '1 check is open' : `${results.length} checks are open`;
  const by = control === null ? '' : `, because ${control} broke off`;
  return [
    cut(`  ${paint(glyph)} ${pc.bold(who)}${by}: ${reason}`),
    pc.dim(cut(`      ${results.map(({ check }) => check).join(' ')}`)),
  ];
}

function isDemanded({ consequence }: GatedResult): boolean {
  return consequence === 'unsettled';
}

function reasons(count: number): string {
  return count === 1 ? 'one reason' : `${count} reasons`;
}

/** Cuts a line where it is too long for a terminal; colours take no room. */
export function cut(line: string): string {
  let shown = '';
  let width = 0;
  for (const part of line.split(COLOUR)) {
    if (COLOUR.test(part)) shown += part;
    else {
      const taken = [...part].slice(0, WIDTH - width).join('');
      width += [...part].length;
      shown += taken;
    }
  }
  return width > WIDTH ? `${shown}…` : shown;
}

/** A colour as picocolors writes it. */
const COLOUR = /(\p{Cc}\[\d+m)/u;
