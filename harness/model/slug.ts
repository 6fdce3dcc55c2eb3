/** What names of suites, slugs, controls and targets look like: lower-case words and digits, joined by single hyphens. */
export const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
