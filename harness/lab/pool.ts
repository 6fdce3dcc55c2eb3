/** Addresses that are used by one holder at a time. */
export interface AddressPool {
  /** Waits for a free address; undefined when none became free within the time, or the signal fired. */
  take(withinMs: number, signal: AbortSignal): Promise<string | undefined>;
  giveBack(address: string): void;
}

export function createAddressPool(addresses: readonly string[]): AddressPool {
  const free = [...addresses];
  const waiting: ((address: string) => void)[] = [];
  return {
    take(withinMs, signal) {
      const address = free.shift();
      if (address !== undefined || signal.aborted) return Promise.resolve(address);
      return new Promise((resolve) => {
        const settle = (result: string | undefined) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          const at = waiting.indexOf(settle);
          if (at >= 0) waiting.splice(at, 1);
          resolve(result);
        };
        const giveUp = () => settle(undefined);
        const timer = setTimeout(giveUp, withinMs);
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push(settle);
      });
    },
    // The longest unused address is taken next: a server that comes back late must not meet another check.
    giveBack(address) {
      const next = waiting.shift();
      if (next) next(address);
      else free.push(address);
    },
  };
}
