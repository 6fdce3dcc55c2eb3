import { obstacleOfTarget, obstaclesOfRun } from '../../model/outcome.ts';
import type { RunRecord } from '../../model/record.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';

/** What kept the run or a target from coming to anything, above everything else. */
export function obstacles(record: RunRecord): Safe[] {
  return [...record.targets.map(obstacleOfTarget), ...obstaclesOfRun(record)].flatMap((obstacle) =>
    obstacle === null
      ? []
      : [
          html`<p class="obstacle" data-target="${obstacle.about}" data-check="${obstacle.name}" data-verdict="error" data-outcome="errored">${glyph('error')}<span><b>${obstacle.about}</b> ${obstacle.why}</span></p>`,
        ],
  );
}
