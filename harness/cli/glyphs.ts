import pc from 'picocolors';
import type { Verdict } from '../model/verdict.ts';

/** A sign and a colour for each verdict; never the colour alone. */
export const VERDICT_GLYPHS: Readonly<Record<Verdict, { glyph: string; paint: (text: string) => string }>> = {
  pass: { glyph: '✓', paint: pc.green },
  warn: { glyph: '!', paint: pc.yellow },
  fail: { glyph: '✗', paint: pc.red },
  inconclusive: { glyph: '?', paint: pc.magenta },
  error: { glyph: '‼', paint: pc.red },
  'not-applicable': { glyph: '–', paint: pc.dim },
  'not-run': { glyph: '·', paint: pc.magenta },
};
