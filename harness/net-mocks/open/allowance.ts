/** How often somebody may do something, refilled evenly; and how many things somebody may have open. */
export interface Allowance {
  /** Takes one; false where nothing is left. */
  take(who: string): boolean;
}

export interface Places {
  /** Takes a place, until `gone` resolves; false where none is left. */
  take(who: string, gone: Promise<unknown>): boolean;
}

/** Whoever was heard of longest ago is forgotten first: more are not counted. */
const MOST_KNOWN = 50_000;

/** @param amount how many may be taken at once, and in each span of `perMs` milliseconds */
export function createAllowance(amount: number, perMs: number, now = () => performance.now()): Allowance {
  const known = new Map<string, { left: number; at: number }>();
  return {
    take(who) {
      const at = now();
      const before = known.get(who) ?? { left: amount, at };
      const left = Math.min(amount, before.left + ((at - before.at) / perMs) * amount);
      known.delete(who);
      known.set(who, { left: left >= 1 ? left - 1 : left, at });
      if (known.size > MOST_KNOWN) for (const oldest of known.keys()) return forget(oldest, left);
      return left >= 1;
    },
  };

  function forget(oldest: string, left: number): boolean {
    known.delete(oldest);
    return left >= 1;
  }
}

/** @param all places for everybody together, `each` for one */
export function createPlaces(all: number, each: number): Places {
  const taken = new Map<string, number>();
  let total = 0;
  return {
    take(who, gone) {
      const own = taken.get(who) ?? 0;
      if (total >= all || own >= each) return false;
      total += 1;
      taken.set(who, own + 1);
      void gone.then(() => {
        total -= 1;
        const left = (taken.get(who) ?? 1) - 1;
        if (left === 0) taken.delete(who);
        else taken.set(who, left);
      });
      return true;
    },
  };
}

/** The network by which clients are counted: /24, or /48 of IPv6. */
export function networkOf(address: string): string {
  const four = address.replace(/^::ffff:/, '');
  return four.includes(':') ? four.split(':').slice(0, 3).join(':') : four.split('.').slice(0, 3).join('.');
}
