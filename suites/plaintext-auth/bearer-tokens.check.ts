import { check, type Services } from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { beginByImap, beginByPop3, beginBySmtp, lineOfBegun } from './begin-exchange.ts';
import { listed, mechanismsInBothPhases } from './mechanisms.ts';

export const bearerTokensNeedTls = check(
  {
    id: 'PTA-011',
    slug: 'bearer-tokens-need-tls',
    title: 'Bearer-token mechanisms are never usable without TLS',
    sends: 'XOAUTH2 and OAUTHBEARER with a made-up token, without TLS',
    demands: 'neither is listed, and both are refused without a challenge',
    level: 'MUST',
    severity: 'high',
    asStranger: true,
    clauses: ['rfc7628#3', 'rfc7628#5'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    needs: [],
    effect: 'fails-logins',
    safety: 'safe',
    budget: '15s',
    kills: ['smtp-advertises-bearer-before-tls'],
  },
  async (services) => {
    const { variant, role, notApplicable, target, nonce, bytes } = services;
    const phases = await mechanismsInBothPhases(services);
    const inside = await phases.inside();
    const user = `probe-${nonce}@${target.domain}`;
    // A bearer token is replayable until it expires (RFC 7628).
    const tokens = {
      XOAUTH2: bytes.base64(`user=${user}\x01auth=Bearer invalid-${nonce}\x01\x01`),
      OAUTHBEARER: bytes.base64(`n,a=${user},\x01auth=Bearer invalid-${nonce}\x01\x01`),
    };
    let tried = 0;
    for (const [mechanism, token] of Object.entries(tokens)) {
      const status = await attempt(services, mechanism, token);
      const offered = phases.clear.includes(mechanism) || inside.includes(mechanism);
      if (!offered && !status.challenged) continue;
      tried += 1;
      await variant(mechanism, async (verify) => {
        verify.that(!phases.clear.includes(mechanism), {
          demand: `${mechanism} is not listed before TLS`,
          expected: `no ${mechanism}`,
          actual: listed(phases.clear),
        });
        verify.that(!status.challenged, {
          demand: `${mechanism} before TLS is refused without a challenge`,
          expected: 'a refusal',
          actual: status.line,
        });
      });
    }
    if (tried === 0) {
      notApplicable(
        `${role} has no bearer-token mechanism.`,
        `before TLS ${listed(phases.clear)}, inside ${listed(inside)}`,
      );
    }
  },
);

/** Sends the token; a challenge or a success means that the server looked at it. */
async function attempt(services: Services, mechanism: string, token: string) {
  switch (services.role) {
    case 'pop3': {
      const begun = await beginByPop3(services, `AUTH ${mechanism} ${token}`);
      const challenged = begun.kind === 'reply' && begun.reply.status !== '-ERR';
      return { challenged, line: lineOfBegun(begun, ({ line }) => line) };
    }
    case 'imap': {
      const begun = await beginByImap(services, `AUTHENTICATE ${mechanism} ${token}`);
      const challenged = begun.kind === 'reply' && ['+', 'OK'].includes(begun.reply.status);
      return { challenged, line: lineOfBegun(begun, ({ line }) => line) };
    }
    default: {
      const begun = await beginBySmtp(services, `AUTH ${mechanism} ${token}`);
      const challenged = begun.kind === 'reply' && [334, 235].includes(begun.reply.code);
      return { challenged, line: lineOfBegun(begun, lineOf) };
    }
  }
}
