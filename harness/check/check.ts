/**
 * What a check is written with. Suites import this file and `harness/steps/`, and nothing else of the project:
 * everything that talks to a server reaches them through `Services`.
 */

export type { Chain } from '../authentication/arc/verify.ts';
export type { SignatureOrder, VerifiedSignature } from '../authentication/dkim/dkim.ts';
export type { CertificateFacts } from '../certificates/certificates.ts';
export { answerOf } from '../client/answer.ts';
export type { ImapSelected } from '../client/imap.ts';
export { takesCredentials } from '../client/pop3-reply.ts';
export { type HeaderField, readHeader } from '../messages/header.ts';
export type { Level, Safety, Severity } from '../model/levels.ts';
export { Inconclusive, NotApplicable, RefusedAtTheDoor, WrongDeclaration } from '../model/outcomes.ts';
export { ROLES, type Role } from '../model/roles.ts';
export { ConnectionEnded, Silence, TlsFailed, Unreachable } from '../wire/failures.ts';
export type { CipherSuite, ClientHelloOptions, HelloAnswer, ServerHello } from '../wire/tls-probe.ts';
export { type Control, type ControlDefinition, control, type Finding } from './control.ts';
export { type Check, type CheckBody, type CheckDefinition, check, type Need } from './define.ts';
export type { IssuedCertificate, ReceiverOptions } from './lab.ts';
export type { Place } from './patience.ts';
export { FORWARDING, MAILDROP, SECOND_MAILDROP, TIMING } from './resources.ts';
export type * from './services.ts';
