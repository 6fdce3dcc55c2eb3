import { readFileSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';

/**
 * Runs one detector in a process of its own in which one line of the harness is switched off, and
 * prints what the detector found as JSON. Arguments: the detector; file, line and what stands there
 * instead, or none of the three for the harness as it is.
 * Ends with 3 when the line is not there exactly once: a sabotage that changes nothing proves nothing.
 */
const [detector = '', file, line, instead = ''] = process.argv.slice(2);
// This file runs once for every sabotage.
enableCompileCache();
const PROJECT = new URL('../../', import.meta.url);

if (file !== undefined && line !== undefined) {
  const { href } = new URL(file, PROJECT);
  const source = readFileSync(new URL(href), 'utf8');
  const places = source.split(line).length - 1;
  if (places !== 1) {
    process.stderr.write(`${file} has ${places} places that read ${line}\n`);
    process.exit(3);
  }
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      return url === href ? { ...loaded, source: source.replace(line, () => instead) } : loaded;
    },
  });
}

const module: { default: () => Promise<readonly string[]> } = await import(
  new URL(`harness/sabotage/detectors/${detector}.ts`, PROJECT).href
);
process.stdout.write(JSON.stringify(await module.default()));
// What a sabotaged harness leaves open must not keep this process.
process.exit(0);
