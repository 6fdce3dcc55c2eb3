import type { Services } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';

/** A short message of neutral wording that carries a token in its header and in its body. */
export function message(
  { bytes, helloName }: Pick<Services, 'bytes' | 'helloName'>,
  {
    token,
    from,
    fields = [],
    body = [],
  }: {
    readonly token: string;
    readonly from: string;
    /** Whole header fields on top of the others. */
    readonly fields?: readonly string[];
    /** Lines behind the one that names the token. */
    readonly body?: readonly string[];
  },
): Buffer {
  return compose(
    { bytes, helloName },
    {
      from,
      token,
      subject: 'Minutes',
      above: fields,
      body: [`These are the minutes known as ${token}.`, ...body],
    },
  );
}
