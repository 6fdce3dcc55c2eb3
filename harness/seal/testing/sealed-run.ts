import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { RunRecord } from '../../../reports/model/record.ts';
import { type CommandLine, openCommandLine, REFERENCE } from '../../cli/testing/command-line.ts';
import { signPayload } from '../dsse.ts';
import { type Examination, examineArchive } from '../examine.ts';
import { type SealedArchive, type SealRequest, sealRuns } from '../seal.ts';
import { type Files, pack, unpack } from './forge.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

export { privateKey, publicKey };

/** A small audit of a good and a bad server, sealed by a key. */
export interface SealedRun {
  readonly cli: CommandLine;
  readonly record: RunRecord;
  /** The archive with a signature, and the same without. */
  readonly signed: string;
  readonly unsigned: string;
  /** The files of the signed one. */
  readonly files: Files;
  at(...names: readonly string[]): string;
  seal(name: string, more: Partial<SealRequest>): Promise<SealedArchive & { readonly out: string }>;
  /** Writes files as an archive and looks at it; with the right key unless another, or none, is given. */
  examined(changed: Files, key?: typeof publicKey | null): Promise<Examination>;
}

export async function openSealedRun(): Promise<SealedRun> {
  const cli = await openCommandLine();
  await cli.targets(REFERENCE);
  await cli.mailspec('audit', 'good', 'bad', '--only', 'STLS-001', 'PTA-001', '--quiet');
  const record = await cli.record();
  const at = (...names: readonly string[]) => join(cli.folder, ...names);
  const seal: SealedRun['seal'] = async (name, more) => {
    const request = {
      runs: [{ folder: at('mailspec-report'), record }],
      targetsFile: at('targets.yaml'),
      signer: async (payload: Buffer) => signPayload(payload, privateKey),
      out: at(name),
      ...more,
    };
    return { ...(await sealRuns(request)), out: request.out };
  };
  const { out: signed } = await seal('signed.tar', {});
  const { out: unsigned } = await seal('unsigned.tar', { signer: null });
  return {
    cli,
    record,
    signed,
    unsigned,
    files: await unpack(signed),
    at,
    seal,
    examined: async (changed, key = publicKey) => examineArchive(await pack(changed, at('changed.tar')), key),
  };
}
