import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Safe } from './safe.ts';
import { SCRIPT_DIGEST } from './script.ts';

const CSS = [
  'palette',
  'frame',
  'masthead',
  'causes',
  'facts',
  'overview',
  'clauses',
  'matrix',
  'search',
  'result',
  'missed',
  'transcript',
  'remedies',
  'timeline',
  'legend',
  'comparison',
  'print',
]
  .map((name) => readFileSync(new URL(`styles/${name}.css`, import.meta.url), 'utf8'))
  .join('');

/** A style element, and the policy that lets it and nothing else apply. */
export interface Style {
  /** Its content is byte for byte what the digest is about. */
  readonly element: Safe;
  /**
   * Nothing may be loaded or sent, and nothing run but the one script that filters; only this one style sheet applies
   * (CSP Level 3 §2.3.1). The browser enforces it even if an escape should be missing somewhere.
   */
  readonly policy: string;
}

/** @param more rules for this page alone; whatever text they hold must be escaped as CSS */
export function styleSheet(more = ''): Style {
  const css = `${CSS}${more}`;
  const digest = createHash('sha256').update(css).digest('base64');
  return {
    element: new Safe(`<style>${css}</style>`),
    policy: `default-src 'none'; style-src 'sha256-${digest}'; script-src '${SCRIPT_DIGEST}'; base-uri 'none'; form-action 'none'`,
  };
}
