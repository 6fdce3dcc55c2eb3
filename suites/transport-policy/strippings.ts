import type { SmtpRule } from '../../harness/check/check.ts';

type Script = readonly SmtpRule[];

/** The extensions of a server without the one that matters. */
export const STRIPPED: Script = [
  { stage: 'EHLO', channel: 'plain', reply: { code: 250, lines: ['mx', 'SIZE 33554432'] } },
];

/** What somebody on the path does to STARTTLS. To the target a server that behaves so looks the same. */
export const STRIPPINGS: readonly {
  readonly name: string;
  readonly label: string;
  readonly script: Script;
}[] = [
  {
    name: 'STARTTLS is stripped',
    label: 'stripped',
    script: STRIPPED,
  },
  {
    name: 'STARTTLS is garbled',
    label: 'garbled',
    script: [{ stage: 'EHLO', channel: 'plain', reply: { code: 250, lines: ['mx', 'XXXXXXXA'] } }],
  },
  {
    name: 'STARTTLS is refused for now',
    label: 'refused',
    script: [{ stage: 'STARTTLS', reply: { code: 454, lines: ['TLS not available'] } }],
  },
  {
    name: 'the handshake is reset',
    label: 'reset',
    script: [{ stage: 'handshake', handshake: 'reset' }],
  },
];
