import { EMPTY, type Mechanism, type SaslContext, type SaslOutcome } from './exchange.ts';

const MALFORMED: SaslOutcome = { ok: false, why: 'malformed' };

/** Checks a password. An empty one is refused whatever is stored (RFC 4616 §2). */
export function checkPassword({ site }: SaslContext, login: string, password: string): SaslOutcome {
  const account = site.directory.find(login);
  if (account && site.faulty('auth-accepts-any-password')) return { ok: true, account };
  if (account && password === '' && site.faulty('auth-accepts-empty-password')) return { ok: true, account };
  const verified = site.directory.withPassword(login, password);
  if (verified && password !== '') return { ok: true, account: verified };
  return { ok: false, why: account ? 'wrong-secret' : 'unknown-login' };
}

/** Applies the authorization identity: a user may act as himself only (RFC 4616 §2, RFC 4422 §3.4.1). */
export function authorize({ site }: SaslContext, outcome: SaslOutcome, authzid: string): SaslOutcome {
  if (!outcome.ok || authzid === '') return outcome;
  const wanted = site.directory.find(authzid);
  if (wanted === outcome.account) return outcome;
  if (wanted && site.faulty('auth-accepts-foreign-authzid')) return { ok: true, account: wanted };
  if (site.faulty('auth-ignores-authzid')) return outcome;
  return { ok: false, why: 'wrong-secret' };
}

/** RFC 4616. */
export const PLAIN: Mechanism = {
  name: 'PLAIN',
  clientFirst: true,
  *start(context) {
    const fields = splitAtNul(yield plainChallenge(context));
    if (context.site.faulty('auth-accepts-nul-tricks')) {
      if (fields.length === 2) fields.unshift('');
      fields.length = Math.min(fields.length, 3);
    }
    const [authzid, authcid, password] = fields;
    if (fields.length !== 3 || authzid === undefined || !authcid || password === undefined) return MALFORMED;
    return authorize(context, checkPassword(context, authcid, password), authzid);
  },
};

function plainChallenge({ site }: SaslContext): Buffer {
  return site.faulty('auth-plain-challenge-not-empty') ? Buffer.from('PLAIN please') : EMPTY;
}

function splitAtNul(message: Buffer): string[] {
  return message.toString('utf8').split('\0');
}

/** The mechanism LOGIN of old clients: user name and password, each in answer to a prompt. */
export const LOGIN: Mechanism = {
  name: 'LOGIN',
  // Many clients give the user name as initial response, and servers take it there.
  clientFirst: true,
  *start(context) {
    const login = yield Buffer.from('Username:');
    const password = yield Buffer.from('Password:');
    if (login.includes(0) || password.includes(0)) return MALFORMED;
    return checkPassword(context, login.toString('utf8'), password.toString('utf8'));
  },
};
