import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Method } from '../control/methods.ts';
import { fieldsOf, InputError, parseList } from '../input/parse.ts';
import { liesIn, type Network, parseNetwork } from '../relay/destinations.ts';
import type { Endpoint } from '../wire/listen.ts';
import { type OpenLabSettings, parseTarget } from './options.ts';
import { permittedMethods } from './permitted.ts';
import type { RunLab } from './run-lab.ts';

/** A run that is there. */
export interface OpenRun {
  readonly run: RunLab;
  readonly token: string;
  readonly methods: ReadonlyMap<string, Method>;
  /** Somebody with its token asked for something. */
  touch(): void;
}

/** The runs that are there. */
export interface Runs {
  /** Begins one. @throws InputError for targets that are none, and where there are as many runs as may be */
  open(input: unknown): Promise<OpenRun>;
  /** The run that a bearer token belongs to. */
  withToken(authorization: string | undefined): OpenRun | undefined;
  /** Whether a run is still there. */
  has(open: OpenRun): boolean;
  end(open: OpenRun): Promise<void>;
  endAll(): Promise<void>;
}

/** Nobody else's, or this machine's own: a server that anybody can ask does not lie there. */
const NOT_PUBLIC: readonly Network[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map((network) => parseNetwork(network, 'network'));
/** Roles of a target, and some more addresses of each. */
const MOST_TARGETS = 64;
/** How often it is looked for runs that have vanished, in milliseconds. */
const LOOK = 1_000;

/**
 * @param start makes the lab of a run, in a zone of its own
 * @param ended is told of each run before its lab is closed
 */
export function createRuns(
  settings: OpenLabSettings,
  start: (zone: string, targets: readonly Endpoint[]) => Promise<RunLab>,
  ended: (run: RunLab) => void,
): Runs {
  const { limits, zone, allow, targetPorts, addresses } = settings;
  const open = new Map<string, { readonly run: OpenRun; readonly since: number; heardAt: number }>();
  const isHidden = liesIn(NOT_PUBLIC);
  const isAllowed = liesIn(allow);
  let starting = 0;

  const assertTarget = ({ address, port }: Endpoint, index: number): void => {
    const path = `targets[${index}]`;
    if (!targetPorts.includes(port))
      throw new InputError(
        `${path}.port`,
        `expected a port of mail (${targetPorts.join(', ')}), got ${port}`,
      );
    if (isAllowed(address)) return;
    if (isHidden(address) || addresses.some((own) => own === address))
      throw new InputError(`${path}.address`, `${address} is no address of a server on the Internet`);
  };

  const end = async ({ run, token }: OpenRun): Promise<void> => {
    if (!open.delete(token)) return;
    ended(run);
    await run.close();
  };
  const timer = setInterval(() => {
    const now = performance.now();
    for (const { run, since, heardAt } of open.values())
      if (now - heardAt > limits.idleMs || now - since > limits.longestMs) void end(run);
  }, LOOK);
  timer.unref();

  return {
    async open(input) {
      const fields = fieldsOf(input, '');
      const targets = fields.required('targets', parseList(parseTarget));
      fields.end();
      if (targets.length > MOST_TARGETS)
        throw new InputError('targets', `expected ${MOST_TARGETS} at most, got ${targets.length}`);
      for (const [index, target] of targets.entries()) assertTarget(target, index);
      if (open.size + starting >= limits.runs)
        throw new InputError('', `as many runs are there as may be (${limits.runs}); try again later`);
      starting += 1;
      try {
        const run = await start(`r${randomBytes(8).toString('hex')}.${zone}`, targets);
        const token = randomBytes(32).toString('hex');
        const now = performance.now();
        const made: OpenRun = {
          run,
          token,
          methods: permittedMethods(run, settings),
          touch() {
            const entry = open.get(token);
            if (entry) entry.heardAt = performance.now();
          },
        };
        open.set(token, { run: made, since: now, heardAt: now });
        return made;
      } finally {
        starting -= 1;
      }
    },
    withToken(authorization) {
      const given = Buffer.from(authorization ?? '');
      for (const { run } of open.values()) {
        const wanted = Buffer.from(`Bearer ${run.token}`);
        if (given.length === wanted.length && timingSafeEqual(given, wanted)) return run;
      }
      return undefined;
    },
    has: ({ token }) => open.has(token),
    end,
    async endAll() {
      clearInterval(timer);
      await Promise.all([...open.values()].map(({ run }) => end(run)));
    },
  };
}
