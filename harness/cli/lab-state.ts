import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeptAuthority, type KeyPair, newAuthority, newControlCertificate, newZoneKey } from 'net-mocks';

/** What a lab in the open keeps from one start to the next, so that the delegation and those who trust it stay right. */
export interface LabState {
  readonly zoneKey: string;
  readonly authority: KeptAuthority;
  /** Of the control interface, where none is given. */
  readonly certificate: KeyPair;
}

/** Reads the state from a folder; what is not there is made and written, for its owner alone. */
export async function keptState(folder: string, zone: string, controlName: string): Promise<LabState> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [zoneKey] = await kept(folder, [`${zone}.key`], async () => [newZoneKey()]);
  const [authority, authorityKey] = await kept(folder, ['authority.pem', 'authority.key'], async () => {
    const made = await newAuthority(zone);
    return [made.certificate, made.key];
  });
  const [chain, key] = await kept(folder, ['control.pem', 'control.key'], async () => {
    const made = await newControlCertificate([controlName]);
    return [made.chain, made.key];
  });
  return {
    zoneKey: zoneKey ?? '',
    authority: { certificate: authority ?? '', key: authorityKey ?? '' },
    certificate: { chain: chain ?? '', key: key ?? '' },
  };
}

/** The contents of files that belong together; where one is missing, all are made anew. */
async function kept(
  folder: string,
  names: readonly string[],
  make: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const files = names.map((name) => join(folder, name));
  try {
    return await Promise.all(files.map((file) => readFile(file, 'utf8')));
  } catch (problem) {
    const code: unknown = problem instanceof Error ? Reflect.get(problem, 'code') : undefined;
    if (code !== 'ENOENT') throw problem;
  }
  const contents = await make();
  await Promise.all(files.map((file, index) => writeFile(file, contents[index] ?? '', { mode: 0o600 })));
  return contents;
}
