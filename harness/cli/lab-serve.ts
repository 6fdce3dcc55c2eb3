import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { InputError, type KeyPair, type OpenLab, startOpenLab } from 'net-mocks';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { untilSignal } from '../runner/until-signal.ts';
import { readSecret } from '../targets/secrets.ts';
import { keptState } from './lab-state.ts';

export interface LabServeOptions {
  readonly zone: string;
  readonly address: readonly string[];
  readonly ns: readonly string[];
  readonly control: string;
  readonly token: string;
  readonly state: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly allowNetwork?: readonly string[];
  readonly targetPort?: readonly string[];
  readonly dnsPort: string;
  readonly smtpPort: string;
  readonly webPort: string;
}

/**
 * `mailspec lab serve`: a lab in the open, until SIGINT or SIGTERM.
 * @throws ConfigurationError for what cannot be read, and for addresses and ports that cannot be used
 */
export async function labServeCommand(options: LabServeOptions): Promise<void> {
  const token = await readSecret(secretReference(options.token), process.cwd());
  const given = await certificateOf(options);
  const control = endpointOf(options.control);
  const state = await keptState(options.state, options.zone, control.address);
  const certificate = given ?? state.certificate;
  const addresses = options.address.flatMap((one) => one.split(','));
  const lab = await started({
    zone: options.zone,
    nameServers: options.ns.flatMap((one) => one.split(',')),
    addresses,
    control,
    token,
    certificate,
    ...(given ? { mailCertificate: given } : {}),
    authority: state.authority,
    zoneKey: state.zoneKey,
    ports: { dns: number(options.dnsPort), smtp: number(options.smtpPort), web: number(options.webPort) },
    ...(options.targetPort ? { targetPorts: options.targetPort.map(number) } : {}),
    ...(options.allowNetwork ? { allow: [...options.allowNetwork] } : {}),
  });
  try {
    process.stdout.write(await announcement(lab, options, certificate));
    await untilSignal(
      (signal) => new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true })),
    );
  } finally {
    await lab.close();
  }
}

async function started(options: Parameters<typeof startOpenLab>[0]): Promise<OpenLab> {
  try {
    return await startOpenLab(options);
  } catch (problem) {
    if (problem instanceof InputError)
      throw new ConfigurationError(`The lab cannot be started: ${visible(problem.message)}`);
    const code: unknown = problem instanceof Error ? Reflect.get(problem, 'code') : undefined;
    if (problem instanceof Error && typeof code === 'string')
      throw new ConfigurationError(`The lab cannot listen: ${visible(problem.message)}`);
    throw problem;
  }
}

/** What has to be done elsewhere, and what a targets file has to say. */
async function announcement(
  { ds, dns, smtp, web, control }: OpenLab,
  { zone, ns, address, state, certificate: isGiven }: LabServeOptions,
  certificate: KeyPair,
): Promise<string> {
  const { fingerprint256 } = new X509Certificate(certificate.chain);
  const [first = ''] = address.flatMap((one) => one.split(','));
  const names = ns.flatMap((one) => one.split(','));
  const lines = [
    `The lab of ${zone} serves: names at ${dns.address}:${dns.port}, mail at ${smtp.address}:${smtp.port}, policies at ${web.address}:${web.port}.`,
    'Records for the zone above:',
    ...names.map((name) => `  ${zone}. IN NS ${name}.`),
    ...names
      .filter((name) => name === zone || name.endsWith(`.${zone}`))
      .map((name) => `  ${name}. IN A ${first}`),
    `  ${ds}`,
    'For a target of the driver host:',
    `  lab: { url: "https://${control.address}:${control.port}", token: env:…, fingerprint: "${fingerprint256}" }`,
    `Its own authority is ${resolve(state, 'authority.pem')}. No server trusts it that was not told to, so checks of MTA-STS and DANE are made only where the target says "trusted: true".`,
    isGiven === undefined
      ? 'Its mail server shows a certificate of this authority.'
      : 'Its mail server and its control interface show the given certificate.',
    'Ctrl-C ends it.',
  ];
  return `${lines.map(visible).join('\n')}\n`;
}

async function certificateOf({ certificate, key }: LabServeOptions): Promise<KeyPair | undefined> {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new ConfigurationError('A certificate has a key: --certificate and --key belong together.');
  const read = (file: string) =>
    readFile(file, 'utf8').catch((problem: unknown) => {
      throw new ConfigurationError(
        `The file ${visible(file)} cannot be read: ${problem instanceof Error ? problem.message : String(problem)}`,
      );
    });
  return { chain: await read(certificate), key: await read(key) };
}

/** A secret on a command line is seen by everybody on the machine. */
function secretReference(token: string): string {
  if (/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/.test(token)) return token;
  throw new ConfigurationError(
    'The token is given as env:NAME or file:path, and never stands in the command.',
  );
}

function endpointOf(written: string): { address: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(written) ?? [];
  const address = bracketed ?? plain ?? '';
  if (isIP(address) === 0)
    throw new ConfigurationError(
      `--control wants an address of this machine and a port, such as 203.0.113.10:8443, and got "${visible(written)}".`,
    );
  return { address, port: Number(port) };
}

function number(written: string): number {
  if (/^\d{1,5}$/.test(written)) return Number(written);
  throw new ConfigurationError(`"${visible(written)}" is no number of a port.`);
}
