import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const css = await readFile(new URL('palette.css', import.meta.url), 'utf8');
const colours = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

const TEXT = [
  'ink',
  'muted',
  'link',
  'finding',
  'unsettled',
  'waived',
  'advisory',
  'advice',
  'open',
  'passed',
  'quiet',
];
const GROUND = ['paper', 'raised', 'sunken'];
const TONES = ['finding', 'unsettled', 'waived', 'advisory', 'advice', 'open', 'passed'];

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(text: string, ground: string, scheme: 'light' | 'dark'): number {
  const [one, other] = [text, ground].map((name) => {
    const colour = colours.get(name)?.[scheme];
    if (colour === undefined) throw new Error(`The palette has no colour ${name}.`);
    return luminance(colour);
  });
  const [high = 0, low = 0] = [one ?? 0, other ?? 0].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const pairs = [
  ...TEXT.flatMap((text) => GROUND.map((ground) => [text, ground] as const)),
  ...TONES.flatMap((tone) => [tone, 'ink', 'muted'].map((text) => [text, `${tone}-tint`] as const)),
];

test.each(pairs)('%s on %s reads well in both schemes (WCAG 2.2 AA)', (text, ground) => {
  expect(contrast(text, ground, 'light')).toBeGreaterThanOrEqual(4.5);
  expect(contrast(text, ground, 'dark')).toBeGreaterThanOrEqual(4.5);
});
