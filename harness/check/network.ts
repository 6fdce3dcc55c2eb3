import type { SmtpSession } from 'net-mocks';
import type { Endpoint } from '../model/endpoint.ts';
import type { Role } from '../model/roles.ts';

/** An access network under audit, between its subscribers and everybody else. */
export interface AccessNetwork {
  /** Name of the vantage of a subscriber, behind the network. */
  readonly subscriber: string;
  /** Name of a vantage that the network does not touch: the control of whatever a subscriber sees. */
  readonly open: string;
  /** Receiving servers outside, each in another network, the principal one first. */
  readonly sinks: readonly OutsideSink[];
  /** Port 25 of an address outside that exists and on which nothing listens. */
  readonly unused: OutsideService;
}

/** A receiving server of the lab outside the network, known by a name that nobody else has. */
export interface OutsideSink {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  /** What it calls itself in greeting and EHLO: carries a random number. */
  readonly hostname: string;
  readonly mx: OutsideService;
  readonly submission: OutsideService;
  readonly submissions: OutsideService;
  /** On a port that no rule about mail is concerned with: shows that a vantage reaches the outside at all. */
  readonly beacon: OutsideService;
  /** Conversations on port 25 in which a command carried this text. */
  sessions(text: string): Promise<readonly SmtpSession[]>;
}

/** A server other than the target; a client goes there by `elsewhere`. */
export interface OutsideService {
  readonly role: Role;
  readonly endpoint: Endpoint;
}
