/** SASL for scripts: the mechanisms, and the drivers that carry one over SMTP, POP3 or IMAP. */
export { anonymous } from './anonymous.ts';
export { authenticateImap, authenticatePop3, authenticateSmtp } from './authenticate.ts';
export { type BearerCredentials, oauthBearer, xoauth2 } from './bearer.ts';
export { type ChannelBinding, tlsExporter, tlsUnique } from './channel-binding.ts';
export { cramMd5 } from './cram-md5.ts';
export type { SaslOptions, SaslResult, SaslTurn } from './exchange.ts';
export { external } from './external.ts';
export { login } from './login.ts';
export type { SaslCredentials, SaslMechanism, SaslMessage, SaslResponse } from './mechanism.ts';
export { plain, plainMessage } from './plain.ts';
export {
  type Scram,
  type ScramDeviation,
  type ScramFacts,
  type ScramHash,
  type ScramOptions,
  type ScramRecord,
  scram,
  scramReplay,
} from './scram.ts';
export { scriptedMechanism } from './scripted.ts';
