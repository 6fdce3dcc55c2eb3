import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Safe } from './safe.ts';

const CSS = [
  'palette',
  'frame',
  'masthead',
  'facts',
  'overview',
  'clauses',
  'matrix',
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
 * Nothing may be loaded, run or sent; only this one style sheet applies (CSP Level 3 §2.3.1). The
 * browser enforces it even if an escape should be missing somewhere.
 */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(CSS).digest('base64')}'; base-uri 'none'; form-action 'none'`;
