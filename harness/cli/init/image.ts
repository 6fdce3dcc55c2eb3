import { setTimeout as pause } from 'node:timers/promises';
import { endingOf } from '../../containers/container-ending.ts';
import { endOfLog } from '../../containers/container-log.ts';
import { connectEngine, type Docker } from '../../containers/engine.ts';
import { runLabels, TARGET_LABEL } from '../../containers/labels.ts';
import { StartFailed } from '../../containers/start-failed.ts';
import { visible } from '../../evidence/visible.ts';
import { createLink } from '../../lab/sidecar/link.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { ROLES } from '../../model/roles.ts';
import { namedImage } from '../../targets/drivers/image.ts';
import { LOOPBACK, startLoopbackContainer } from '../../targets/drivers/loopback-container.ts';
import { removal } from '../../targets/drivers/removal.ts';
import { CLOSED, type Look, lookAt, MAIL_PORTS, roleOfPort } from '../look/look.ts';

/** What a container of an image showed. */
export interface ImageLooks {
  readonly looks: readonly Look[];
  /** TCP ports that the image says it serves. */
  readonly exposed: readonly number[];
  /** How the container ended of itself, with the end of its log, ready to be printed; null where it ran. */
  readonly ending: string | null;
  /** The names by which the engine calls the container, which is what a server without a name of its own takes. */
  readonly ownNames: readonly string[];
}

/** In milliseconds: the whole look, what passes after the last greeting without another, and one connection. */
interface Times {
  readonly withinMs: number;
  readonly settleMs: number;
  readonly eachMs: number;
}
const TIMES: Times = { withinMs: 60_000, settleMs: 10_000, eachMs: 10_000 };
/** How often the container is looked at, and ports that do not greet yet. */
const LOOK = 200;
const AGAIN = 500;
/** Images may expose whole ranges of ports; that many beside the seven are looked at. */
const MOST_OTHERS = 20;

/**
 * Starts a container of an image, looks which of its ports greet, and removes it. Its ports are published on 127.0.0.1
 * only, and its network leads nowhere, so that nothing it does on its own leaves this machine.
 * @throws ConfigurationError when no engine answers, or there is no such image; StartFailed when no container of it
 *   can be made
 */
export async function lookAtImage(
  image: string,
  context: {
    readonly runId: string;
    readonly target: string;
    /** Variables of the container; their values are shown nowhere. */
    readonly env?: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly times?: Times;
  },
): Promise<ImageLooks> {
  const { runId, target, signal, env = {}, times = TIMES } = context;
  const engine = await connectEngine();
  const docker = engine.container.dockerode;
  const found = await namedImage(image, engine);
  if (!found)
    throw new ConfigurationError(
      `--image ${visible(image)}: The image does not exist on the container engine and could not be pulled.`,
    );
  const exposed = await exposedPorts(docker, found.id);
  const others = exposed.filter((port) => !MAIL_PORTS.includes(port)).slice(0, MOST_OTHERS);
  const ports = [...MAIL_PORTS, ...others];
  const labels = { ...runLabels(runId), [TARGET_LABEL]: target };
  const halt = new AbortController();
  const ended = AbortSignal.any([signal, halt.signal]);
  const look = async (): Promise<ImageLooks> => {
    const link = await createLink(docker, `mailspec-${runId}-${target}`.toLowerCase(), labels);
    ended.throwIfAborted();
    const { created, started } = await startLoopbackContainer({
      imageId: found.id,
      labels,
      hostname: undefined,
      env,
      ports,
      files: [],
      memory: undefined,
      cpus: undefined,
      // Nobody is at the address of the gateway: what is asked or sent there goes nowhere.
      link: { network: link.name, address: link.target, resolver: link.gateway },
    });
    const id = await Promise.race([created, started.then((container) => container.getId())]).catch(
      (failure: unknown): never => {
        const why = failure instanceof Error ? failure.message : String(failure);
        throw new StartFailed(`No container of ${visible(image)} can be made: ${visible(why)}`);
      },
    );
    const over = new AbortController();
    const exit = untilExit(docker, id, AbortSignal.any([ended, over.signal])).then((how) => {
      over.abort();
      return how;
    });
    // The library fails in its own time where the container ends at once, with nothing to say about why.
    const container = await Promise.race([started.catch(() => null), exit.then(() => null)]);
    const looks = container
      ? await lookUntilSettled(ports, exposed, {
          times,
          over: AbortSignal.any([ended, over.signal]),
          at: (port) => ({ host: LOOPBACK, port: container.getMappedPort(port) }),
        })
      : ports.map((port) => ({ port, greeting: null, failure: 'the container has ended' }));
    over.abort();
    const how = await exit;
    if (ended.aborted) throw new StartFailed('The look was ended before it was over.');
    const ending =
      how === null ? null : `The container ${how}.\n${await endOfLog(docker, id, Object.values(env))}`;
    return { looks, exposed, ending, ownNames: [id.slice(0, 12), id] };
  };
  const looking = look();
  const stop = removal(docker, runId, target, async () => {
    halt.abort();
    await looking.catch(() => undefined);
  });
  try {
    return await looking;
  } finally {
    await stop();
  }
}

async function exposedPorts(docker: Docker, id: string): Promise<number[]> {
  const { Config: configuration } = await docker.getImage(id).inspect();
  return Object.keys(configuration.ExposedPorts ?? {})
    .flatMap((port) => (/^\d+(\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : []))
    .sort((a, b) => a - b);
}

/** How the container ended of itself, as the end of a sentence; null once nobody waits any more. */
async function untilExit(docker: Docker, id: string, over: AbortSignal): Promise<string | null> {
  while (!over.aborted) {
    const how = await endingOf(docker, id).catch(() => 'is not there any more');
    if (how !== null) return how;
    await pause(LOOK, undefined, { signal: over }).catch(() => undefined);
  }
  return null;
}

/**
 * Looks at every port until it greets. It is over when all that were to be expected have greeted and the others had
 * the same time, when nothing new greets any more, and in any case when the time is.
 */
async function lookUntilSettled(
  ports: readonly number[],
  exposed: readonly number[],
  {
    times: { withinMs, settleMs, eachMs },
    over,
    at,
  }: {
    readonly times: Times;
    readonly over: AbortSignal;
    readonly at: (port: number) => { readonly host: string; readonly port: number };
  },
): Promise<readonly Look[]> {
  const looks = new Map<number, Look>();
  const settled = new AbortController();
  const signal = AbortSignal.any([over, settled.signal]);
  const deadline = performance.now() + withinMs;
  let news = Number.POSITIVE_INFINITY;
  const visits = ports.map(async (port) => {
    const role = roleOfPort(port);
    let tls: 'upgrade' | 'implicit' = role === undefined ? 'upgrade' : ROLES[role].tls;
    while (!signal.aborted) {
      const look = await lookAt(at(port), { port, tls, serverName: '', withinMs: eachMs, signal });
      // What was seen before tells more than that nobody waits any more.
      if (look.greeting || !signal.aborted || !looks.has(port)) looks.set(port, look);
      if (look.greeting) {
        news = performance.now();
        return;
      }
      if (role === undefined) tls = tls === 'upgrade' ? 'implicit' : 'upgrade';
      await pause(AGAIN, undefined, { signal }).catch(() => undefined);
    }
  });
  const expected = exposed.filter((port) => MAIL_PORTS.includes(port));
  const isSettled = () => {
    const now = performance.now();
    const isComplete = expected.length > 0 && expected.every((port) => looks.get(port)?.greeting);
    return now > deadline || now - news > (isComplete ? settleMs / 5 : settleMs);
  };
  while (!signal.aborted && !isSettled()) await pause(LOOK, undefined, { signal }).catch(() => undefined);
  settled.abort();
  await Promise.all(visits);
  return ports.flatMap((port) => {
    const look = looks.get(port);
    if (!look) return [];
    return look.failure === CLOSED
      ? { ...look, failure: 'nobody listens, or whoever does closes at once' }
      : look;
  });
}
