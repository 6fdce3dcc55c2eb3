import { registerHooks } from 'node:module';
import { extname } from 'node:path';

/** What authors of other suites import, and the rooms that it stands for: `mailspec/check`, `mailspec/steps/pop3-login`. */
const API = /^mailspec\/(check|steps\/[a-z0-9/-]+)$/;

let registered = false;

/**
 * Lets modules of this thread import the authors' API by its name, wherever they lie: they get the modules of this very
 * mailspec, so that a check is made by what runs it.
 */
export function provideAuthorsApi(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, next) {
      const [, name] = API.exec(specifier) ?? [];
      if (name === undefined) return next(specifier, context);
      const place = name === 'check' ? 'check/check' : name;
      const url = new URL(`../${place}${extname(import.meta.url)}`, import.meta.url);
      return next(url.href, context);
    },
  });
}
