import { EMPTY, type Mechanism, type SaslContext, type SaslExchange, type SaslOutcome } from './exchange.ts';

/** Octet that ends each key=value pair, and once more the message (RFC 7628 §3.1). */
const FIELD_END = String.fromCharCode(1);

/** RFC 7628 §3.1: gs2-header, then key=value pairs. */
export const OAUTHBEARER: Mechanism = {
  name: 'OAUTHBEARER',
  clientFirst: true,
  *start(context) {
    const [header = '', ...pairs] = splitFields(yield EMPTY) ?? [];
    const match = /^[ny],(?:a=([^,]*))?,$/.exec(header);
    return match ? yield* judgeToken(context, match[1] ?? '', pairs) : MALFORMED;
  },
};

/** The mechanism that came before OAUTHBEARER and is still what many clients speak. */
export const XOAUTH2: Mechanism = {
  name: 'XOAUTH2',
  clientFirst: true,
  *start(context) {
    const [user = '', ...pairs] = splitFields(yield EMPTY) ?? [];
    const match = /^user=(.*)$/s.exec(user);
    return match ? yield* judgeToken(context, match[1] ?? '', pairs) : MALFORMED;
  },
};

const MALFORMED: SaslOutcome = { ok: false, why: 'malformed' };

/** The fields of a message; undefined where it does not end as it must. */
function splitFields(message: Buffer): string[] | undefined {
  const fields = message.toString('utf8').split(FIELD_END);
  return fields.pop() === '' && fields.pop() === '' ? fields : undefined;
}

/** A bad token is answered with a JSON error as one more challenge, then refused (RFC 7628 §3.2.2). */
function* judgeToken({ site }: SaslContext, user: string, pairs: readonly string[]): SaslExchange {
  const auth = pairs.find((pair) => pair.startsWith('auth='));
  const token = /^auth=Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(auth ?? '')?.[1] ?? '';
  const account = site.directory.withToken(token);
  if (account && (user === '' || site.directory.find(user) === account)) return { ok: true, account };
  yield Buffer.from(JSON.stringify({ status: 'invalid_token', schemes: 'bearer', scope: 'mail' }));
  return { ok: false, why: 'wrong-secret' };
}
