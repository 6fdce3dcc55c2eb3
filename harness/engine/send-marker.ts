import type { Place } from '../check/patience.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { mark } from '../steps/marker.ts';
import { expectedDeliveries } from '../steps/waits.ts';
import type { Bench } from './bench.ts';
import { openBody } from './open-body.ts';
import { createStopwatch } from './stopwatch.ts';

/**
 * Sends a marker with a budget and connections of its own.
 * @throws what ended it
 */
export async function sendMarker(bench: Bench, place: Place): Promise<void> {
  const offered = (['submissions', 'submission', 'mx'] as const).filter(
    (role) => bench.target.endpoints[role] !== undefined,
  );
  const [role] = offered;
  if (role === undefined) throw new Inconclusive('precondition', 'The target takes no mail.');
  let connections = 0;
  const stopwatch = createStopwatch();
  const body = await openBody({
    facts: { id: 'marker', budget: '20s', waits: expectedDeliveries(1), controls: [] },
    kind: 'control',
    resources: [],
    bench,
    role,
    offered,
    nextConnection: () => {
      connections += 1;
      return connections;
    },
    watch: stopwatch.run(),
  });
  try {
    const thrown = await body.run((services) => mark(services, place));
    if (thrown !== undefined) throw thrown;
  } finally {
    await body.close();
    stopwatch.end();
  }
}
