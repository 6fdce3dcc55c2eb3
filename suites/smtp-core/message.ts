import type { Services } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';

export interface MessageParts {
  readonly token: string;
  readonly from: string;
  /** Whole header fields on top of the others. */
  readonly fields?: readonly string[];
  /** Lines after the one that names the token. */
  readonly body?: readonly string[];
}

/** A short message of neutral wording that carries a token in its header and in its body. */
export function message(
  services: Pick<Services, 'bytes' | 'helloName' | 'imprint'>,
  { token, from, fields = [], body = [] }: MessageParts,
): Buffer {
  const lines = [`These are the minutes known as ${token}.`, ...body];
  return compose(services, {
    from,
    token,
    subject: 'Minutes',
    above: fields,
    body: lines,
    exact: body.length > 0,
  });
}

/** As many Received fields as hosts that a message came through. */
export function hops(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, hop) => `Received: from h${hop}.example by h${hop + 1}.example; Mon, 01 Jan 2024 00:00:00 +0000`,
  );
}
