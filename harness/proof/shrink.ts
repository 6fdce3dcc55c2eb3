/** Most inputs that are tried until one is called minimal. */
const MOST_TRIES = 3_000;
const PLAIN = 'a'.charCodeAt(0);

/**
 * The smallest input found that still fails: whole replies are left out first, then ever shorter stretches of octets,
 * and what is left becomes `a` where that fails too. Deterministic.
 * @param fails whether an input fails as the first one did
 */
export async function shrink(
  input: readonly Buffer[],
  fails: (input: readonly Buffer[]) => Promise<boolean>,
): Promise<readonly Buffer[]> {
  let tries = 0;
  const stillFails = async (candidate: readonly Buffer[]) => {
    tries += 1;
    return tries <= MOST_TRIES && (await fails(candidate));
  };
  let smallest = await withoutStretches(input, stillFails);
  for (let at = 0; at < smallest.length; at += 1) {
    const around = (reply: readonly number[]) =>
      smallest.map((other, index) => (index === at ? Buffer.from(reply) : other));
    const octets = [...(smallest[at] ?? [])];
    const fewer = await withoutStretches(octets, (candidate) => stillFails(around(candidate)));
    smallest = around(await plainer(fewer, (candidate) => stillFails(around(candidate))));
  }
  return smallest;
}

/** Leaves out halves, then quarters, down to single ones, as long as something can go. */
async function withoutStretches<T>(
  all: readonly T[],
  fails: (candidate: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = all;
  for (let size = Math.ceil(left.length / 2); size >= 1; ) {
    let gone = false;
    for (let at = 0; at < left.length; ) {
      const candidate = [...left.slice(0, at), ...left.slice(at + size)];
      if (await fails(candidate)) {
        left = candidate;
        gone = true;
      } else at += size;
    }
    // What could not go alone may go once something else has.
    if (size === 1 && !gone) break;
    if (size > 1) size = Math.ceil(size / 2);
  }
  return left;
}

async function plainer(
  octets: readonly number[],
  fails: (candidate: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let left = octets;
  for (let at = 0; at < left.length; at += 1) {
    const candidate = left.map((octet, index) => (index === at ? PLAIN : octet));
    if (left[at] !== PLAIN && (await fails(candidate))) left = candidate;
  }
  return left;
}
