import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Safe } from './safe.ts';
import { SCRIPT_DIGEST } from './script.ts';

const CSS = [
  'palette',
  'frame',
  'masthead',
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
  'print',
]
  .map((name) => readFileSync(new URL(`styles/${name}.css`, import.meta.url), 'utf8'))
  .join('');

/** The style element, its content byte for byte what the digest is about. */
export const STYLE = new Safe(`<style>${CSS}</style>`);

/**
 * Nothing may be loaded or sent, and nothing run but the one script that filters; only this one style sheet applies
 * (CSP Level 3 §2.3.1). The browser enforces it even if an escape should be missing somewhere.
 */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src '${digestOf(CSS)}'; script-src '${SCRIPT_DIGEST}'; base-uri 'none'; form-action 'none'`;

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
