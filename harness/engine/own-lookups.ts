import type { CheckLab } from '../lab/bench-lab.ts';
import { Inconclusive } from '../model/outcomes.ts';

/**
 * A lab whose failed look-ups end the check. What evaluates SPF, DKIM and ARC for a check takes a look-up that
 * fails for an answer of the DNS (`temperror`), which would be held against the target.
 */
export function endingAtFailedLookups(lab: CheckLab, end: (failure: Inconclusive) => void): CheckLab {
  const { dns } = lab;
  return {
    ...lab,
    dns: {
      ...dns,
      async lookup(name, type) {
        try {
          return await dns.lookup(name, type);
        } catch (thrown) {
          if (thrown instanceof Inconclusive) end(thrown);
          throw thrown;
        }
      },
    },
  };
}
