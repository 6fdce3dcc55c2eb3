import { createHash } from 'node:crypto';
import { Safe } from './safe.ts';

/**
 * What searches and filters the results. It reads the page and hides what does not match; it adds no text but the
 * number of matches, asks for nothing and stores nothing. Without it the page lacks only the search. It is text, for as
 * a function it would need the types of the DOM, and no tool may change an octet of what the policy names. It holds no
 * opening angle bracket, so that the page stays well-formed to every reader.
 */
const SOURCE = `
'use strict';
{
  const panel = document.getElementById('search');
  const fields = [...panel.querySelectorAll('select')];
  const words = panel.querySelector('input');
  const told = panel.querySelector('output');
  const results = [...document.querySelectorAll('details.result[data-check]')];
  const rows = [...document.querySelectorAll('.matrix tbody tr:not(.suite)')];
  const texts = new Map();
  const textOf = (result) => {
    if (!texts.has(result)) texts.set(result, result.textContent.toLowerCase());
    return texts.get(result);
  };
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    const matches = results.filter((result) =>
      fields.every(({ name, value }) => value === '' || result.dataset[name] === value) &&
      wanted.every((word) => textOf(result).includes(word)));
    const kept = new Set(matches);
    const checks = new Set(matches.map(({ dataset }) => dataset.check));
    for (const result of results) result.classList.toggle('filtered', !kept.has(result));
    for (const row of rows) row.classList.toggle('filtered', !checks.has(row.dataset.row));
    for (const section of document.querySelectorAll('section.results'))
      section.classList.toggle('filtered', section.querySelector('details.result:not(.filtered)') === null);
    for (const group of document.querySelectorAll('.matrix tbody'))
      group.classList.toggle('filtered', group.querySelector('tr:not(.suite, .filtered)') === null);
    told.textContent = told.dataset.say.replace('{n}', matches.length).replace('{all}', results.length);
  };
  const reset = () => {
    for (const field of fields) field.value = '';
    words.value = '';
    apply();
  };
  /* A link may lead to what is hidden. */
  const follow = () => {
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (aim === null || aim.closest('.filtered') === null) return;
    reset();
    aim.scrollIntoView();
  };
  panel.addEventListener('input', apply);
  panel.querySelector('button').addEventListener('click', reset);
  addEventListener('hashchange', follow);
  panel.hidden = false;
  reset();
}
`;

/** The script element, its content byte for byte what the digest is about. */
export const SCRIPT = new Safe(`<script>${SOURCE}</script>`);

/** The digest by which a policy allows this script and no other (CSP Level 3 §2.3.1). */
export const SCRIPT_DIGEST = `sha256-${createHash('sha256').update(SOURCE).digest('base64')}`;
