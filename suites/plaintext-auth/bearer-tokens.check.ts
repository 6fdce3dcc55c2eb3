import { check, type Services } from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { BEARER_MECHANISMS, listed, mechanismsInBothPhases } from './mechanisms.ts';

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
    const tokens: Readonly<Record<string, string>> = {
      XOAUTH2: bytes.base64(`user=${user}\x01auth=Bearer invalid-${nonce}\x01\x01`),
      OAUTHBEARER: bytes.base64(`n,a=${user},\x01auth=Bearer invalid-${nonce}\x01\x01`),
    };
    let tried = 0;
    for (const mechanism of BEARER_MECHANISMS) {
      const status = await attempt(services, mechanism, tokens[mechanism] ?? '');
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
async function attempt({ role, smtp, pop3, imap, bytes }: Services, mechanism: string, token: string) {
  switch (role) {
    case 'pop3': {
      const client = await pop3();
      const reply = await client.command(`AUTH ${mechanism} ${token}`);
      client.connection.close();
      return { challenged: reply.status !== '-ERR', line: reply.line };
    }
    case 'imap': {
      const client = await imap();
      const reply = await client.command(`AUTHENTICATE ${mechanism} ${token}`);
      if (reply.status === '+') client.raw(bytes.line('*'));
      client.connection.close();
      return { challenged: reply.status === '+' || reply.status === 'OK', line: reply.line };
    }
    default: {
      const client = await smtp({ at: 'ready' });
      const reply = await client.command(`AUTH ${mechanism} ${token}`);
      client.connection.close();
      return { challenged: reply.code === 334 || reply.code === 235, line: lineOf(reply) };
    }
  }
}
