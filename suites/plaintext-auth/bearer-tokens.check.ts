import { check, type Services } from '../../harness/check/check.ts';
import { BEARER_MECHANISMS, imapMechanisms, listed } from './mechanisms.ts';

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
    const phases = await mechanismsOf(services);
    const user = `probe-${nonce}@${target.domain}`;
    const tokens: Readonly<Record<string, string>> = {
      XOAUTH2: bytes.base64(`user=${user}\x01auth=Bearer invalid-${nonce}\x01\x01`),
      OAUTHBEARER: bytes.base64(`n,a=${user},\x01auth=Bearer invalid-${nonce}\x01\x01`),
    };
    let tried = 0;
    for (const mechanism of BEARER_MECHANISMS) {
      const status = await attempt(services, mechanism, tokens[mechanism] ?? '');
      const offered = phases.clear.includes(mechanism) || phases.inside.includes(mechanism);
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
        `before TLS ${listed(phases.clear)}, inside ${listed(phases.inside)}`,
      );
    }
  },
);

/** Mechanism lists before TLS and inside it; inside is empty where TLS is not offered. */
async function mechanismsOf({ role, smtp, pop3, imap }: Services) {
  switch (role) {
    case 'pop3': {
      const client = await pop3({ at: 'ready' });
      const { capabilities, mechanisms: clear } = await client.capa();
      const offered = capabilities?.has('STLS') ?? false;
      client.connection.close();
      if (!offered) return { clear, inside: [] };
      const inside = await pop3({ at: 'tls' });
      const mechanisms = (await inside.capa()).mechanisms;
      inside.connection.close();
      return { clear, inside: mechanisms };
    }
    case 'imap': {
      const client = await imap({ at: 'ready' });
      const clear = imapMechanisms(client.capabilities);
      const offered = client.capabilities?.has('STARTTLS') ?? false;
      client.connection.close();
      if (!offered) return { clear, inside: [] };
      const inside = await imap({ at: 'tls' });
      await inside.capability();
      const mechanisms = imapMechanisms(inside.capabilities);
      inside.connection.close();
      return { clear, inside: mechanisms };
    }
    default: {
      const client = await smtp({ at: 'ready' });
      const clear = client.capabilities?.mechanisms ?? [];
      const offered = client.capabilities?.keywords.has('STARTTLS') ?? false;
      client.connection.close();
      if (!offered) return { clear, inside: [] };
      const inside = await smtp({ at: 'tls' });
      const mechanisms = inside.capabilities?.mechanisms ?? [];
      inside.connection.close();
      return { clear, inside: mechanisms };
    }
  }
}

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
      return {
        challenged: reply.code === 334 || reply.code === 235,
        line: `${reply.code} ${reply.lines.join(' ')}`,
      };
    }
  }
}
