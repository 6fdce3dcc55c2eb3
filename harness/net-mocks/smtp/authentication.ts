import type { Line } from '../wire/input-queue.ts';

/** What a client meets that begins AUTH with a mechanism: the challenges, in order, still to be encoded. */
export function challengesFor(mechanism: string, hostname: string, hasInitialResponse: boolean): Buffer[] {
  switch (mechanism) {
    case 'LOGIN':
      // draft-murchison-sasl-login: the initial response, if any, is the user name.
      return (hasInitialResponse ? ['Password:'] : ['Username:', 'Password:']).map((text) =>
        Buffer.from(text),
      );
    case 'CRAM-MD5':
      return [Buffer.from(`<${Date.now()}.1@${hostname}>`)];
    default:
      // PLAIN, EXTERNAL, OAUTHBEARER, XOAUTH2: the client speaks first. So do the SCRAM mechanisms, whose
      // later steps are not played: one response is enough to know what a client would have revealed.
      return hasInitialResponse ? [] : [Buffer.alloc(0)];
  }
}

/** A response line as octets; undefined when it is not base64 (RFC 4954 4). `=` is an empty response. */
export function decodeResponse(line: Pick<Line, 'content'>): Buffer | undefined {
  const text = line.content.toString('latin1');
  if (text === '=') return Buffer.alloc(0);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

/**
 * Whether the responses of PLAIN (RFC 4616) or LOGIN carry these credentials; of other mechanisms none do.
 * @param responses decoded, in order
 */
export function areCredentials(
  { user, password }: { user: string; password: string },
  mechanism: string,
  responses: readonly Buffer[],
): boolean {
  const texts = responses.map((octets) => octets.toString('utf8'));
  if (mechanism === 'LOGIN') return texts[0] === user && texts[1] === password;
  if (mechanism !== 'PLAIN') return false;
  const [identity, name, secret, ...rest] = (texts[0] ?? '').split('\0');
  return rest.length === 0 && (identity === '' || identity === user) && name === user && secret === password;
}
