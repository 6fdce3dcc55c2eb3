import type { LikelyCause } from './diagnosis.ts';
import type { TargetRecord } from './record.ts';

/** `EHLO does not list STARTTLS. Or: …`: the mistakes that look the same on this server. */
export function likelyText({ faults }: LikelyCause): string {
  return faults.map(({ text }) => text).join(' Or: ');
}

/** `critical, looks like: mx relays for everybody. It explains RLY-001, RLY-002.`, with what speaks against it. */
export function likelyLine(cause: LikelyCause): string {
  const against =
    cause.doesNotFit.length === 0 ? '' : ` It does not fit that ${cause.doesNotFit.join(', ')} passed.`;
  return `${cause.severity}, looks like: ${likelyText(cause)} It explains ${cause.explains.join(', ')}.${against}`;
}

/** The cause that explains a finding; undefined where it stands on its own. */
export function causeOf(
  { causes = [] }: Pick<TargetRecord, 'causes'>,
  { check }: { readonly check: string },
): LikelyCause | undefined {
  return causes.find(({ explains }) => explains.includes(check));
}
