import { connectEngine } from '../../containers/engine.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Project } from '../../targets/drivers/compose-project.ts';
import { MAIL_PORTS } from '../look/look.ts';
import type { ComposePort } from './compose-ports.ts';

/**
 * Mail ports that the images of services expose, where the images are on the engine already: nothing is pulled, built or
 * started for it. Empty where no engine answers.
 * @param services the names of those to be looked at
 */
export async function imagePorts(project: Project, services: readonly string[]): Promise<ComposePort[]> {
  const docker = await connectEngine().then(
    ({ container }) => container.dockerode,
    (failure: unknown) => {
      if (failure instanceof ConfigurationError) return null;
      throw failure;
    },
  );
  if (!docker) return [];
  const found = await Promise.all(
    services.map(async (service): Promise<ComposePort[]> => {
      const image = project.services[service]?.image;
      if (typeof image !== 'string') return [];
      const facts = await docker
        .getImage(image)
        .inspect()
        .catch(() => null);
      return Object.keys(facts?.Config.ExposedPorts ?? {})
        .flatMap((port) => (/^\d+(\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : []))
        .filter((port) => MAIL_PORTS.includes(port))
        .map((port) => ({ service, port, published: null }));
    }),
  );
  return found.flat();
}
