export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Listener = (...args: never[]) => unknown;

/** Listeners that libraries add for their own temporary files; they leave the ending to others. */
const passive = new WeakSet<Listener>();

/** Imports a library, and remembers the signal listeners it adds as ones that end nothing. */
export async function importWithListeners<Library>(load: () => Promise<Library>): Promise<Library> {
  const before = new Set(listeners());
  const library = await load();
  for (const listener of listeners()) if (!before.has(listener)) passive.add(listener);
  return library;
}

/** Whether somebody beside `own` listens for a signal, and thus decides how the process ends. */
export function othersHandle(signal: NodeJS.Signals, own: Listener): boolean {
  return process.listeners(signal).some((listener) => listener !== own && !passive.has(listener));
}

function listeners(): Listener[] {
  return ENDING_SIGNALS.flatMap((signal) => process.listeners(signal));
}
