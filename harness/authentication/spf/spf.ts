/** SPF as checks use it: what a policy says, and the cases that are replayed. */
export type { SpfResult } from './case-file.ts';
export { publishedCases } from './cases.ts';
export * from './policy.ts';
export { type Replay, replay } from './replay.ts';
