import { parseArgs } from 'node:util';
import { CAMPAIGN_OPTIONS, campaignOf } from './campaign-options.ts';
import { faceHostility } from './hostility.ts';

/**
 * `npm run hostile`: a million replies of servers that mean harm, for clients, recorder, parsers and reports. Ends with 1
 * where one of them did something wrong, and prints the smallest input that leads to it, and the seed.
 */
const { replies, seed } = campaignOf(parseArgs({ options: CAMPAIGN_OPTIONS }).values);
const began = performance.now();
const tenth = Math.ceil(replies / 10);
let next = tenth;
const {
  replies: done,
  sessions,
  lines,
} = await faceHostility(replies, seed, (sofar) => {
  if (sofar < next) return;
  next += tenth;
  process.stderr.write(`${sofar} replies\n`);
});
const seconds = Math.round((performance.now() - began) / 1000);
const told =
  lines.length > 0
    ? lines
    : [`${done} replies (seed ${seed}) in ${sessions} sessions: nothing wrong, in ${seconds} s`];
process.stdout.write(`${told.join('\n')}\n`);
process.exitCode = lines.length > 0 ? 1 : 0;
