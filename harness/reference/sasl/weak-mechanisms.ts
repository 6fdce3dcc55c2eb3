import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Mechanism } from './exchange.ts';

/** RFC 2195; offered as a fault only. */
export const CRAM_MD5: Mechanism = {
  name: 'CRAM-MD5',
  clientFirst: false,
  *start({ site }) {
    const challenge = `<${randomBytes(8).toString('hex')}.${Date.now()}@${site.hostname}>`;
    const response = (yield Buffer.from(challenge)).toString('utf8');
    const match = /^(.*) ([0-9a-f]{32})$/.exec(response);
    if (!match) return { ok: false, why: 'malformed' };
    const account = site.directory.find(match[1] ?? '');
    if (!account) return { ok: false, why: 'unknown-login' };
    const expected = createHmac('md5', account.password).update(challenge).digest();
    const equal = timingSafeEqual(expected, Buffer.from(match[2] ?? '', 'hex'));
    return equal ? { ok: true, account } : { ok: false, why: 'wrong-secret' };
  },
};

/** RFC 4505; offered as a fault only, with the rights of the first account. */
export const ANONYMOUS: Mechanism = {
  name: 'ANONYMOUS',
  clientFirst: true,
  *start({ site }) {
    yield Buffer.alloc(0);
    const [account] = site.directory.accounts;
    return account ? { ok: true, account } : { ok: false, why: 'unknown-login' };
  },
};

/** RFC 4422 Appendix A without the certificate that it is about; taken as a fault only. */
export const EXTERNAL: Mechanism = {
  name: 'EXTERNAL',
  clientFirst: true,
  *start({ site }) {
    const account = site.directory.find((yield Buffer.alloc(0)).toString('utf8'));
    return account ? { ok: true, account } : { ok: false, why: 'unknown-login' };
  },
};
