import { createHash } from 'node:crypto';
import type { Redactor } from '../../evidence/redaction.ts';
import { visible } from '../../evidence/visible.ts';
import type { Arrival } from './memory.ts';

/** Octets of a message that the evidence of a check shows. */
const SHOWN = 8_192;

/** What stands in the evidence of a check that got a message: where it lay, and its octets. */
export function shownMessage({ sighting, bytes }: Arrival, watch: string, redactor: Redactor): string {
  const { mailbox, number } = sighting;
  const about = `${visible(mailbox)} has it, ${number}, ${bytes.length} octets (control ${watch})`;
  const shown = redactor.redact(bytes.subarray(0, SHOWN)).bytes;
  if (bytes.length <= SHOWN) return `${about}: ${visible(shown)}`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `${about}, SHA-256 ${sha256}, beginning: ${visible(shown)}`;
}
