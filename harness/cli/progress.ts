import type { WriteStream } from 'node:tty';
import pc from 'picocolors';
import type { Verdict } from '../model/verdict.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';

/** Tells how a run goes on: one moving line per target on a terminal, one plain line per check elsewhere. */
export interface Progress {
  onStarting(target: string): void;
  onPlanned(target: string, checks: number): void;
  onResult(target: string, check: string, title: string, verdict: Verdict | null): void;
  /** Ends the display; may be called more than once. */
  end(): void;
}

interface TargetProgress {
  planned: number;
  done: number;
  last: string;
  readonly verdicts: Map<Verdict, number>;
}

const REDRAW_MS = 80;

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
  let drawn = 0;
  let ended = false;
  const progressOf = (name: string): TargetProgress => {
    const known = targets.get(name);
    if (known) return known;
    const fresh = { planned: 0, done: 0, last: 'starting', verdicts: new Map<Verdict, number>() };
    targets.set(name, fresh);
    return fresh;
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();

  function draw(): void {
    const lines = [...targets].map(([name, progress]) => lineOf(name, progress, stream.columns ?? 80));
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
      progress.done += 1;
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

function lineOf(name: string, { planned, done, last, verdicts }: TargetProgress, columns: number): string {
  const counts = [...verdicts].map(([verdict, count]) =>
    VERDICT_GLYPHS[verdict].paint(`${VERDICT_GLYPHS[verdict].glyph}${count}`),
  );
  const head = `${name}  ${done}/${planned}  `;
  const room =
    columns - head.length - [...verdicts].reduce((sum, [, count]) => sum + `${count}`.length + 2, 0) - 3;
  const tail = room > 8 ? pc.dim(last.length > room ? `${last.slice(0, room - 1)}…` : last) : '';
  return `${pc.bold(name)}  ${done}/${planned}  ${counts.join(' ')}  ${tail}`;
}
