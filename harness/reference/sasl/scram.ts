import { randomBytes } from 'node:crypto';
import type { ScramHash } from '../accounts.ts';
import type { Site } from '../site.ts';
import { channelBinding } from './channel-binding.ts';
import type { Mechanism, SaslContext } from './exchange.ts';
import { authorize } from './password.ts';
import { type ScramConduct, scramServer } from './scram-server.ts';

/** RFC 7677 §3 asks for at least 4096. */
const ITERATIONS = 4_096;

export const SCRAM_SHA_256_PLUS = scram('SCRAM-SHA-256-PLUS', 'sha256', true);
export const SCRAM_SHA_256 = scram('SCRAM-SHA-256', 'sha256', false);
export const SCRAM_SHA_1_PLUS = scram('SCRAM-SHA-1-PLUS', 'sha1', true);
export const SCRAM_SHA_1 = scram('SCRAM-SHA-1', 'sha1', false);

function scram(name: string, hash: ScramHash, plus: boolean): Mechanism {
  return {
    name,
    clientFirst: true,
    *start(context) {
      const { site, tls } = context;
      const result = yield* scramServer({
        hash,
        plus,
        plusOffered: offersChannelBinding(context),
        nonce: site.faulty('scram-constant-nonce')
          ? 'constantServerNonce'
          : randomBytes(18).toString('base64'),
        conduct: conductOf(site),
        credentials: (login) =>
          site.directory.scram(login, hash, site.faulty('scram-few-iterations') ? 1_000 : ITERATIONS),
        binding: (type) => channelBinding(site, tls, type),
      });
      const account = site.directory.find(result.login);
      if (!result.ok && result.why === 'malformed') return { ok: false, why: 'malformed' };
      if (!account) return { ok: false, why: 'unknown-login' };
      if (!result.ok) return { ok: false, why: 'wrong-secret' };
      return authorize(context, { ok: true, account }, result.authzid);
    },
  };
}

/** The -PLUS variants are on offer on this connection. */
export function offersChannelBinding({ site, tls }: SaslContext): boolean {
  return tls !== undefined && site.offers('channel-binding');
}

function conductOf(site: Site): ScramConduct {
  return {
    comparesProof: !site.faulty('scram-accepts-wrong-proof'),
    comparesNonce: !site.faulty('scram-accepts-changed-nonce'),
    comparesChannelBinding: !site.faulty('scram-ignores-channel-binding'),
    refusesMandatoryExtensions: !site.faulty('scram-accepts-mandatory-extension'),
    refusesDowngradeFlag: !site.faulty('scram-accepts-downgrade-flag'),
    signsCorrectly: !site.faulty('scram-wrong-server-signature'),
  };
}
