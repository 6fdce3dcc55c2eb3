import type { Connection } from '../wire/connection.ts';

/** Collects octets for one direction, so that what belongs into one segment is written at once. */
export interface Outlet {
  /** `recorded` stands in the transcript instead, where the octets hold a secret. */
  add(octets: Buffer, recorded?: Buffer): void;
  flush(): void;
}

export function createOutlet(to: Connection): Outlet {
  let waiting: Buffer[] = [];
  let recorded: Buffer[] = [];
  return {
    add(octets, shown = octets) {
      waiting.push(octets);
      recorded.push(shown);
    },
    flush() {
      if (waiting.length === 0) return;
      const octets = Buffer.concat(waiting);
      const shown = Buffer.concat(recorded);
      waiting = [];
      recorded = [];
      to.write(octets, shown);
    },
  };
}
