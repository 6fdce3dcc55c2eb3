import { createInterface } from 'node:readline';
import { connectLab } from 'net-mocks';
import { startResolverBetween } from '../../lab/testing/resolver-between.ts';
import type { LabAccess } from '../../model/lab-access.ts';
import { startReferenceInLab } from '../../reference/in-lab/reference-lab.ts';
import type { FaultName } from '../../reference/server.ts';

/**
 * The reference server in an Internet of its own, where one zone is delegated to a lab in the open that is still to
 * come: the process of a host. It prints what an audit must know of it, reads the DS record of the zone, and prints
 * that the delegation is there. It ends when its input does.
 */
interface Surroundings {
  readonly zone: string;
  /** Of the server, and of its resolver. */
  readonly address: string;
  readonly resolver: string;
  /** Of the lab in the open. */
  readonly lab: {
    readonly dns: string;
    readonly smtpPort: number;
    readonly dnsPort: number;
    readonly webPort: number;
  };
  /** PEM of the authority of the lab in the open, which the server trusts. */
  readonly authority: string;
  readonly faults: readonly FaultName[];
}

const given: Surroundings = JSON.parse(process.argv[2] ?? '');
const { zone, address, faults, authority } = given;
const ends: (() => Promise<void>)[] = [];
const reference = await startReferenceInLab({ faults, host: address }, async (lab) => {
  const resolver = await startResolverBetween(
    given.resolver,
    zone,
    { host: given.lab.dns, port: given.lab.dnsPort },
    lab.resolver,
  );
  ends.push(() => resolver.close());
  process.stdout.write(`${JSON.stringify({ resolver: resolver.endpoint })}\n`);
  return {
    resolver: resolver.endpoint,
    mxPort: given.lab.smtpPort,
    web: { port: given.lab.webPort, authority },
  };
});
ends.push(() => reference.close());
const { domain, hostname, endpoints, accounts, trustAnchor } = reference.server.target;
const rootAnchor = await inLab(reference.access, async (mocks) => (await mocks.dns.trustAnchor()).ds);
process.stdout.write(
  `${JSON.stringify({ domain, hostname, endpoints, accounts, trustAnchor, rootAnchor: rootAnchor.replace('. IN DS ', '') })}\n`,
);
for await (const line of createInterface({ input: process.stdin })) {
  await delegate(line);
  process.stdout.write(`${JSON.stringify({ delegated: zone })}\n`);
}
for (const end of ends.reverse()) await end();

/** @param ds in the form of a master file */
async function delegate(ds: string): Promise<void> {
  const [, tag = '0', digest = ''] = /DS (\d+) 13 2 ([0-9a-f]+)$/.exec(ds) ?? [];
  const head = Buffer.from([Number(tag) >> 8, Number(tag) & 0xff, 13, 2]);
  const raw = { hex: `${head.toString('hex')}${digest}` };
  await inLab(reference.access, (mocks) =>
    mocks.dns.publish({ zones: [{ origin: 'org', dnssec: {}, records: [{ name: zone, type: 'DS', raw }] }] }),
  );
}

async function inLab<Got>(
  { control }: LabAccess,
  work: (mocks: ReturnType<typeof connectLab>) => Promise<Got>,
): Promise<Got> {
  const mocks = connectLab(control.url, control);
  try {
    return await work(mocks);
  } finally {
    await mocks.close();
  }
}
