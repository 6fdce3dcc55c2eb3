import { readFile } from 'node:fs/promises';
import { startControl } from './control/server.ts';
import { fieldsOf, InputError, type Parse, parseString } from './input/parse.ts';
import { startLab } from './lab/create-lab.ts';
import { type LabOptions, type LabSettings, labFields, parseEndpoint } from './lab/options.ts';
import type { Endpoint } from './wire/listen.ts';

/**
 * Runs a lab with its control interface until it is told to stop. The configuration is JSON: `LabOptions`
 * with `control: {address, port}` and `token` beside them, from the variable NET_MOCKS_CONFIG or from the
 * file named as the only argument; without either the ordinary ports on every address are taken.
 */
interface MainSettings {
  lab: LabSettings;
  control: Endpoint;
  token: string | undefined;
}

const EVERYWHERE = '0.0.0.0';

const ORDINARY: LabOptions & { control: Endpoint } = {
  control: { address: EVERYWHERE, port: 8053 },
  dns: { address: EVERYWHERE, port: 53 },
  web: { address: EVERYWHERE, port: 443 },
  smtp: [{ name: 'mx', address: EVERYWHERE, port: 25, tls: {} }],
  relays: [{ name: 'relay', address: EVERYWHERE, port: 3128 }],
};

const parseMain: Parse<MainSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const settings = {
    lab: labFields(fields),
    control: fields.withDefault('control', parseEndpoint, ORDINARY.control),
    token: fields.optional('token', parseString),
  };
  fields.end();
  return settings;
};

async function readConfiguration(): Promise<unknown> {
  const [file, ...others] = process.argv.slice(2);
  if (others.length > 0) throw new InputError('arguments', 'expected at most one, the name of a JSON file');
  const text = file === undefined ? process.env.NET_MOCKS_CONFIG : await readFile(file, 'utf8');
  return text === undefined ? ORDINARY : JSON.parse(text);
}

async function main(): Promise<void> {
  const settings = parseMain(await readConfiguration(), 'configuration');
  const lab = await startLab(settings.lab);
  const control = await startControl(lab, settings.control, settings.token).catch(
    async (problem: unknown) => {
      await lab.close();
      throw problem;
    },
  );
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void Promise.all([control.close(), lab.close()]);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({ ready: true, control: control.endpoint })}\n`);
}

try {
  await main();
} catch (problem) {
  const isConfiguration = problem instanceof InputError || problem instanceof SyntaxError;
  process.stderr.write(`net-mocks: ${problem instanceof Error ? problem.message : String(problem)}\n`);
  process.exitCode = isConfiguration ? 3 : 1;
}
