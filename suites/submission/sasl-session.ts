import type { Connection, SaslMechanism, Services } from '../../harness/check/check.ts';
import { imapMechanisms } from '../../harness/steps/mechanism.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { submissionClient } from './inside-tls.ts';

/** A session inside TLS that can authenticate, whatever the protocol of the role. */
export interface SaslSession {
  readonly connection: Connection;
  /** SASL mechanisms listed inside TLS, upper case. */
  readonly mechanisms: readonly string[];
  /** Runs the mechanism; `line` is the reply that ended the exchange. */
  authenticate(mechanism: SaslMechanism): Promise<{ readonly accepted: boolean; readonly line: string }>;
}

export async function openSaslSession(services: Services): Promise<SaslSession> {
  const { role, sasl, pop3, imap, inconclusive } = services;
  if (role === 'pop3s' || role === 'pop3') {
    const client = await pop3({ at: 'tls' });
    const { mechanisms } = await client.capa();
    return {
      connection: client.connection,
      mechanisms,
      async authenticate(mechanism) {
        const { accepted, outcome } = await sasl.authenticatePop3(client, mechanism);
        return { accepted, line: outcome.kind === 'reply' ? outcome.reply.line : outcome.kind };
      },
    };
  }
  if (role === 'imaps' || role === 'imap') {
    const client = await imap({ at: 'tls' });
    await client.capability();
    return {
      connection: client.connection,
      mechanisms: imapMechanisms(client.capabilities),
      async authenticate(mechanism) {
        const { accepted, outcome } = await sasl.authenticateImap(client, mechanism);
        return { accepted, line: outcome.kind === 'reply' ? outcome.reply.line : outcome.kind };
      },
    };
  }
  const client = await submissionClient(services);
  return {
    connection: client.connection,
    mechanisms: client.capabilities?.mechanisms ?? [],
    async authenticate(mechanism) {
      const { accepted, outcome } = await sasl.authenticateSmtp(client, mechanism);
      if (outcome.kind === 'reply' && outcome.reply.code === 454)
        inconclusive('precondition', `Authentication is temporarily unavailable: ${outcome.reply.text}`);
      return { accepted, line: outcome.kind === 'reply' ? lineOf(outcome.reply) : outcome.kind };
    },
  };
}
