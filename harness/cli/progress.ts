import type { WriteStream } from 'node:tty';
import pc from 'picocolors';
import type { Verdict } from '../model/verdict.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';
import { about, elapsed, timeLeftOfAll } from './time-left.ts';

/**
 * Tells how a run goes on: on a terminal one moving line per target and one of the time, elsewhere one plain line
 * per check.
 */
export interface Progress {
  onStarting(target: string): void;
  onPlanned(target: string, checks: number): void;
  onResult(target: string, check: string, title: string, verdict: Verdict | null): void;
  /** Ends the display; may be called more than once. */
  end(): void;
}

interface TargetProgress {
  planned: number;
  /** When each result came. */
  readonly results: number[];
  last: string;
  readonly verdicts: Map<Verdict, number>;
}

const REDRAW_MS = 80;

/** Tells nothing. */
export const SILENCE: Progress = {
  onStarting: () => undefined,
  onPlanned: () => undefined,
  onResult: () => undefined,
  end: () => undefined,
};

export function createProgress(stream: NodeJS.WriteStream | WriteStream): Progress {
  return stream.isTTY && !process.env.CI ? liveProgress(stream) : plainProgress(stream);
}

function plainProgress(stream: NodeJS.WritableStream): Progress {
  return {
    onStarting: (target) => void stream.write(`${target}: starting\n`),
    onPlanned: (target, checks) => void stream.write(`${target}: ${checks} checks\n`),
    onResult(target, check, title, verdict) {
      stream.write(`${target}: ${(verdict ?? 'not-run').padEnd(14)} ${check.padEnd(9)} ${title}\n`);
    },
    end: () => undefined,
  };
}

function liveProgress(stream: NodeJS.WriteStream): Progress {
  const targets = new Map<string, TargetProgress>();
  const began = performance.now();
  let drawn = 0;
  let ended = false;
  const progressOf = (name: string): TargetProgress => {
    const known = targets.get(name);
    if (known) return known;
    const fresh = { planned: 0, results: [], last: 'starting', verdicts: new Map<Verdict, number>() };
    targets.set(name, fresh);
    return fresh;
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();

  function draw(): void {
    const lines = [...targets].map(([name, progress]) => lineOf(name, progress, stream.columns ?? 80));
    if (lines.length > 0) lines.push(pc.dim(timeLine([...targets.values()], began, ended)));
    stream.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}${lines.map((text) => `\x1b[2K${text}\n`).join('')}`);
    drawn = lines.length;
  }

  return {
    onStarting: (target) => void progressOf(target),
    onPlanned(target, checks) {
      progressOf(target).planned = checks;
    },
    onResult(target, check, title, verdict) {
      const progress = progressOf(target);
      progress.results.push(performance.now());
      progress.last = `${check} ${title}`;
      const known = verdict ?? 'not-run';
      progress.verdicts.set(known, (progress.verdicts.get(known) ?? 0) + 1);
    },
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      for (const progress of targets.values()) progress.last = '';
      draw();
    },
  };
}

/** What has passed, and what is left as far as this run can tell. */
function timeLine(targets: readonly TargetProgress[], began: number, ended: boolean): string {
  const now = performance.now();
  const left = ended ? null : timeLeftOfAll(targets, now);
  return `${elapsed(now - began)}${left === null || left === 0 ? '' : `, ${about(left)}`}`;
}

function lineOf(name: string, { planned, results, last, verdicts }: TargetProgress, columns: number): string {
  const done = results.length;
  const counts = [...verdicts].map(([verdict, count]) =>
    VERDICT_GLYPHS[verdict].paint(`${VERDICT_GLYPHS[verdict].glyph}${count}`),
  );
  const head = `${name}  ${done}/${planned}  `;
  const room =
    columns - head.length - [...verdicts].reduce((sum, [, count]) => sum + `${count}`.length + 2, 0) - 3;
  const tail = room > 8 ? pc.dim(last.length > room ? `${last.slice(0, room - 1)}…` : last) : '';
  return `${pc.bold(name)}  ${done}/${planned}  ${counts.join(' ')}  ${tail}`;
}
