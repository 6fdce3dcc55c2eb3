import { VERDICT_GLYPHS } from '../glyphs.ts';
import type { Look } from './look.ts';

/** What came of a port, in one line. */
export function lookLine({ port, greeting, failure }: Look): string {
  const at = String(port).padEnd(5);
  if (!greeting) return `  ${VERDICT_GLYPHS['not-run'].glyph} ${at} ${failure ?? ''}`;
  const { glyph, paint } = VERDICT_GLYPHS[greeting.isReady ? 'pass' : 'warn'];
  return `  ${paint(glyph)} ${at} ${greeting.protocol}${greeting.tls === 'implicit' ? ' inside TLS' : ''}: ${greeting.text}`;
}
