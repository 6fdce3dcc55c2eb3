import { AUDIT_FIELD } from '../../check/imprint.ts';
import { storedMessage } from '../../messages/stored-message.ts';

/** What tells the messages of a run from all others. */
export interface Marks {
  readonly runId: string;
  readonly nonces: ReadonlySet<string>;
}

/** Sixteen hexadecimal digits, as nonces have them. */
const LIKE_A_NONCE = /(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])/g;
const NOTHING = Buffer.alloc(0);

/**
 * Whether a message came to a mailbox by this run: its header says so, or header or body carry a nonce of the run, as
 * reports about its mail do. What a person answered quotes such a nonce too, and is not the run's: it refers to another
 * message and was not made by a machine (RFC 3834 §5).
 */
export function isOwn(message: Buffer, { runId, nonces }: Marks): boolean {
  const { fields } = storedMessage('', message, NOTHING);
  const has = (name: string, test: (value: string) => boolean) =>
    fields.some((field) => field.name === name && test(field.value));
  if (has(AUDIT_FIELD.toLowerCase(), (value) => saysRun(value, runId))) return true;
  if (!carriesNonce(message, nonces)) return false;
  const isAnswer = has('in-reply-to', () => true) || has('references', () => true);
  const isByMachine =
    has('auto-submitted', (value) => !/^\s*no\b/i.test(value)) ||
    has('content-type', (value) => /^\s*multipart\/report\b/i.test(value));
  return !isAnswer || isByMachine;
}

/** Whether octets carry a nonce of the run, in whatever case a server leaves the name of a client. */
export function carriesNonce(octets: Buffer, nonces: ReadonlySet<string>): boolean {
  for (const [found] of octets.toString('latin1').toLowerCase().matchAll(LIKE_A_NONCE))
    if (nonces.has(found)) return true;
  return false;
}

function saysRun(value: string, runId: string): boolean {
  const [word, id] = value.trim().split(/[;\s]+/);
  return word === 'run' && id === runId;
}
