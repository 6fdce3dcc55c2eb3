export type { IssuedCertificate, KeptAuthority } from './certificates/authority.ts';
export type { CertificateRequest, CertificateVariant, KeyKind } from './certificates/request.ts';
export {
  type ControlCalls,
  ControlError,
  type ControlOptions,
  connectLab,
  controlCalls,
} from './control/client.ts';
export { type ControlServer, startControl } from './control/server.ts';
export { type ControlTrust, certificateWith } from './control/trust.ts';
export type { AnsweredRecord, DnsQueryEntry, DnsQueryFilter } from './dns/authority.ts';
export type { SignatureFlaw } from './dns/dnssec/signature.ts';
export type { Security, TrustAnchor } from './dns/dnssec/signer.ts';
export type { DnsEffect, DnsFault } from './dns/faults.ts';
export type { PublishedAnswer, PublishedRecord } from './dns/published.ts';
export { type RecordData, txtStrings } from './dns/record-data.ts';
export type { SigningFlaw, Zone, ZoneRecord, ZoneSigning } from './dns/zone.ts';
export type { Bytes } from './input/bytes.ts';
export { InputError } from './input/parse.ts';
export type { Entry, Page } from './journal/journal.ts';
export type { LabCore } from './lab/assemble-lab.ts';
export { createLab, startLab } from './lab/create-lab.ts';
export type { Deadline, Lab, OpenServer, RelayFilter, Since } from './lab/lab.ts';
export { type LabOptions, parseLabOptions } from './lab/options.ts';
export type { Protocol } from './mitm/dialects.ts';
export type { InjectionPoint, ProxyMode, ResetPoint } from './mitm/modes.ts';
export type { ProxyOptions } from './mitm/options.ts';
export type { ProxyFilter, ProxySession } from './mitm/record.ts';
export { newAuthority, newControlCertificate, newZoneKey } from './open/kept.ts';
export { type OpenedRun, type OpenLab, startOpenLab } from './open/open-lab.ts';
export type { KeyPair, OpenLabLimits, OpenLabOptions } from './open/options.ts';
export { connectThroughRelay, RelayError, type RelaySecurity } from './relay/client.ts';
export type { RelayRule } from './relay/rules.ts';
export type { RelayOptions } from './relay/server.ts';
export type { RelayConnection } from './relay/tunnels.ts';
export type {
  AuthenticationAttempt,
  Envelope,
  EnvelopePath,
  MessageFilter,
  ReceivedMessage,
  SessionFilter,
  SmtpCommand,
  SmtpSession,
} from './smtp/capture.ts';
export type { SmtpServerOptions } from './smtp/options.ts';
export type { BrokenHandshake, SmtpReply, SmtpRule, SmtpStage } from './smtp/rules.ts';
export type { Fetched } from './web/fetch.ts';
export type { WebHost, WebRoute } from './web/hosts.ts';
export type { RequestFilter, WebRequest } from './web/server.ts';
export type { ClientHello } from './wire/client-hello.ts';
export type { Ending } from './wire/connection.ts';
export type { Endpoint } from './wire/listen.ts';
export type { ClientCertificate, TlsFacts } from './wire/tls-handshake.ts';
export type { TlsOptions, TlsVersion } from './wire/tls-options.ts';
export type { Channel, TranscriptEvent } from './wire/transcript.ts';
