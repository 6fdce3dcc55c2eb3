import { engineStatus } from '../engine.ts';

/**
 * Whether tests that need a container engine can run here. Says so in one line when they cannot; with
 * MAILSPEC_REQUIRE_ENGINE=1 a missing engine is an error instead, so that a CI job cannot pass by not testing.
 */
export async function engineForTests(what: string): Promise<boolean> {
  const status = await engineStatus();
  if (status.available) return true;
  if (process.env.MAILSPEC_REQUIRE_ENGINE === '1') throw new Error(`${what}: ${status.why}`);
  process.stderr.write(`Not tested: ${what}. ${status.why}\n`);
  return false;
}
