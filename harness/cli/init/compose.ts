import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { parse } from 'yaml';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { ROLE_NAMES } from '../../model/roles.ts';
import { composeIn } from '../../targets/drivers/compose-command.ts';
import {
  networkedServices,
  obstaclesOf,
  type Project,
  readProject,
} from '../../targets/drivers/compose-project.ts';
import { readFailure } from '../../targets/yaml-source.ts';
import { suggestedNames, targetNameFor } from '../look/names.ts';
import type { DeclaredRole } from '../look/roles.ts';
import { type ComposePort, composePorts, mailPorts, roleByPorts } from './compose-ports.ts';
import { imagePorts } from './image-ports.ts';
import type { Draft } from './written.ts';

/** A compose file as it was read. */
export interface ComposeRead {
  readonly project: Project;
  readonly ports: readonly ComposePort[];
  /** How, in a sentence: by which compose, or why by none. */
  readonly how: string;
  /** Names of variables that the file uses. */
  readonly variables: readonly string[];
  /** Services that only a profile makes active. */
  readonly afterProfiles: readonly string[];
}

/**
 * Reads a compose file, by compose itself where it can be run and accepts the file, else as it stands. Nothing is
 * started.
 * @throws ConfigurationError when the file cannot be read, is no YAML, or has no services
 */
export async function readCompose(file: string): Promise<ComposeRead> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`--compose ${visible(file)}: ${readFailure(error)}`);
  });
  const active = parsed(file, () => readProject(text, []));
  const named = parsed(file, () => servicesIn(text));
  if (named.length === 0)
    throw new ConfigurationError(`--compose ${visible(file)}: The file has no services.`);
  const afterProfiles = named.filter((name) => !(name in active.services));
  const resolved = await byCompose(file);
  const project = 'project' in resolved ? resolved.project : active;
  const said = composePorts(project);
  const { chosen } = mailPorts(said);
  const silent = networkedServices(project).filter((name) => !chosen.some(({ service }) => service === name));
  return {
    project,
    // What the file does not say, an image may; where two say it, the file counts.
    ports: [...said, ...(await imagePorts(project, silent))],
    how: resolved.how,
    variables: variablesOf(text, active),
    afterProfiles,
  };
}

/** Variables that the text refers to, and those that services take from whoever starts them. */
function variablesOf(text: string, { services }: Project): string[] {
  const replaced = [...text.matchAll(/(?<!\$)\$\{?([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []);
  const passedOn = Object.values(services).flatMap(({ environment }) =>
    Array.isArray(environment)
      ? environment.map(String).filter((entry) => !entry.includes('='))
      : Object.entries(environment ?? {}).flatMap(([name, value]) => (value === '' ? name : [])),
  );
  return [...new Set([...replaced, ...passedOn])];
}

async function byCompose(
  file: string,
): Promise<{ readonly how: string; readonly project: Project } | { readonly how: string }> {
  const folder = dirname(resolve(file));
  const command = await composeIn({ folder, project: 'mailspec-init', profiles: [], env: {} });
  if (!command) return { how: 'Compose cannot be run here, so the file was read as it stands.' };
  const { ok, output } = await command.run(['config'], [resolve(file)]);
  if (ok) return { how: `The file was read by ${command.version}.`, project: readProject(output, []) };
  return {
    how: `The file was read as it stands: ${command.version} does not accept it, perhaps for variables that are not set.`,
  };
}

/** Names of all services, those behind profiles too. */
function servicesIn(text: string): string[] {
  const services: unknown = parse(text, { schema: 'failsafe', logLevel: 'silent' })?.services;
  return typeof services === 'object' && services !== null ? Object.keys(services) : [];
}

function parsed<Read>(file: string, read: () => Read): Read {
  try {
    return read();
  } catch (problem) {
    const [first = ''] = (problem instanceof Error ? problem.message : String(problem)).split('\n');
    throw new ConfigurationError(`--compose ${visible(file)}: The file is no YAML: ${visible(first)}`);
  }
}

/**
 * What is known of a project by its file.
 * @param folder where the targets file will lie, absolute
 */
export function draftOfCompose(file: string, read: ComposeRead, folder: string): Draft {
  const { project, ports, how, variables, afterProfiles } = read;
  const { chosen, others } = mailPorts(ports);
  const roles = ROLE_NAMES.flatMap((role): DeclaredRole[] =>
    chosen
      .filter((one) => roleByPorts(one) === role)
      .map((one) => ({ role, port: one.port, service: one.service, note: noteOf(one) })),
  );
  const named = namedBy(project, roles);
  const { hostName, mailDomain } = suggestedNames(named?.name ?? null);
  const from = `By "hostname" of the service ${visible(named?.service ?? '')}`;
  return {
    by: `mailspec init --compose ${visible(file)}`,
    name: targetNameFor(nameOf(file)),
    settings: { driver: 'compose', file: relative(folder, resolve(file)).split(sep).join('/') },
    hostName: { value: hostName, from: hostName === null ? 'No service with a mail port has it.' : from },
    mailDomain: {
      value: mailDomain,
      from:
        mailDomain === null
          ? 'The file does not say it.'
          : `${from}; correct it where addresses end otherwise`,
    },
    roles,
    left: others.map(
      (one) =>
        `The service ${visible(one.service)} has port ${one.port} for ${roleByPorts(one)} too, which is declared above by another service.`,
    ),
    isDisposable: true,
    remarks: [
      `${how} Nothing was started, so it was not tried whether each port greets, and under which name: "mailspec doctor" does that.`,
      ...(variables.length === 0
        ? []
        : [
            `The file uses ${variables.map((name) => visible(name)).join(', ')}: "env" of the target hands variables over, passwords of accounts as account:<address>.`,
          ]),
      ...(afterProfiles.length === 0
        ? []
        : [
            `Not looked at, because only a profile makes them active: ${afterProfiles.map((name) => visible(name)).join(', ')}. "profiles" of the target names profiles.`,
          ]),
      ...obstaclesOf(project).map((sentence) => `An audit refuses the project as it is: ${sentence}`),
    ],
  };
}

function noteOf({ port, published }: ComposePort): string {
  if (published === null) return 'exposed, and not published';
  return published === port ? 'published' : `published as ${published}`;
}

/** The service whose name counts: that of the first role whose service says how it is called. */
function namedBy({ services }: Project, roles: readonly DeclaredRole[]) {
  for (const { service = '' } of roles) {
    const { hostname, domainname } = services[service] ?? {};
    if (typeof hostname !== 'string') continue;
    const isWhole = hostname.includes('.') || typeof domainname !== 'string';
    return { service, name: isWhole ? hostname : `${hostname}.${domainname}` };
  }
  return null;
}

/** The folder of the file names the project, as compose has it. */
function nameOf(file: string): string {
  return basename(dirname(resolve(file)));
}
