/** The ClientHello prober for scripts: offers, answers, and the cipher suites by their properties. */
export { CIPHER_SUITES, type CipherSuite, cipherSuite, olderSuites, TLS13_SUITES } from './cipher-suites.ts';
export type { ClientHelloOptions, KeyShare, RawExtension } from './client-hello.ts';
export type { NotTls, ServerHello, TlsAlert } from './client-hello-answer.ts';
export {
  type HelloAnswer,
  type NoAnswer,
  probeFiniteField,
  probeHello,
  probeSslv2,
} from './client-hello-probe.ts';
export { SSLV2_CIPHERS, type Sslv2Answer } from './client-hello-sslv2.ts';
export { type EarlyDataAnswer, probeEarlyData } from './early-data-probe.ts';
export {
  COMPRESSION,
  EXTENSION,
  GROUPS,
  type GroupName,
  RECORD,
  TLS_VERSIONS,
  type TlsVersion,
} from './tls-numbers.ts';
export { readTicket, type SessionTicket } from './tls-session-ticket.ts';
