import { visible } from '../evidence/visible.ts';
import { runCampaign } from './campaign.ts';
import { clientSessions } from './client-sessions.ts';
import { parsersOf } from './parsers.ts';
import { reports } from './reports.ts';

/** What came of a campaign against everything that takes what servers say. */
export interface Hostilities {
  readonly replies: number;
  readonly sessions: number;
  /** What went wrong, with the smallest input in visible notation and how to see it again; empty where nothing did. */
  readonly lines: readonly string[];
}

/**
 * Hands hostile replies to clients, recorder, parsers and reports.
 * @param seed of the first round
 * @param onRound called after each round with the replies so far
 */
export async function faceHostility(
  replies: number,
  seed: number,
  onRound: (replies: number) => void = () => undefined,
): Promise<Hostilities> {
  await using clients = await clientSessions();
  const subjects = [clients, parsersOf(), reports];
  const { replies: done, misdeed } = await runCampaign({ seed, replies, subjects, onRound });
  const { sessions } = clients;
  if (misdeed === null) return { replies: done, sessions, lines: [] };
  const { subject, problem, protocol, smallest } = misdeed;
  return {
    replies: done,
    sessions,
    lines: [
      `${subject}: ${visible(problem)}`,
      `After ${done} replies; the smallest input found, ${protocol}, one reply a line:`,
      ...smallest.map((reply) => `  ${visible(reply)}`),
      `Again: npm run hostile -- --seed ${misdeed.seed} --replies 1`,
    ],
  };
}
