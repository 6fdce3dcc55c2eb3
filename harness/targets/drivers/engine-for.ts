import { connectEngine, type Engine } from '../../containers/engine.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { placeOf, type TargetDeclaration } from '../load.ts';

/**
 * The container engine.
 * @param what the target is that needs it, such as `a container`
 * @throws ConfigurationError at the place of the driver when none answers
 */
export async function engineFor(declaration: TargetDeclaration, what: string): Promise<Engine> {
  try {
    return await connectEngine();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      `${placeOf(declaration, ['driver'])}: Target ${declaration.name} is ${what}. ${error.message}`,
    );
  }
}
