import { engineStatus } from '../../containers/engine.ts';
import { composeStatus } from '../drivers/compose-command.ts';

/**
 * Whether tests that need a container engine can run here. Says so in one line when they cannot; with
 * MAILSPEC_REQUIRE_ENGINE=1 a missing engine is an error instead, so that a CI job cannot pass by not testing.
 */
export async function engineForTests(what: string): Promise<boolean> {
  return isThere(what, await engineStatus());
}

/** The same for tests that need compose beside the engine. */
export async function composeForTests(what: string): Promise<boolean> {
  const engine = await engineStatus();
  return isThere(what, engine.available ? await composeStatus() : engine);
}

type Status = { readonly available: true } | { readonly available: false; readonly why: string };

function isThere(what: string, status: Status): boolean {
  if (status.available) return true;
  if (process.env.MAILSPEC_REQUIRE_ENGINE === '1') throw new Error(`${what}: ${status.why}`);
  process.stderr.write(`Not tested: ${what}. ${status.why}\n`);
  return false;
}
