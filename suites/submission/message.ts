import type { Services } from '../../harness/check/check.ts';
import { dateField } from '../../harness/steps/compose.ts';

export interface MessageParts {
  /** Whole From fields without the name; one by default says who the sender is. */
  readonly from: readonly string[];
  readonly to: string;
  /** Fields that the message lacks. */
  readonly without?: readonly ('Date' | 'Message-ID')[];
  readonly body?: string;
}

/** A short message of neutral wording that carries the nonce of the check. */
export function message(
  { bytes, nonce, helloName }: Pick<Services, 'bytes' | 'nonce' | 'helloName'>,
  { from, to, without = [], body }: MessageParts,
): Buffer {
  return bytes.lines(
    ...from.map((author) => `From: ${author}`),
    `To: <${to}>`,
    `Subject: Minutes of the meeting ${nonce}`,
    ...(without.includes('Date') ? [] : [dateField()]),
    ...(without.includes('Message-ID') ? [] : [`Message-ID: <${crypto.randomUUID()}@${helloName}>`]),
    '',
    body ?? `The minutes of the meeting are complete. Reference ${nonce}.`,
  );
}
