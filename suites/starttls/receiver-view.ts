import type { SmtpSession } from '../../harness/check/check.ts';

/** First octet of a TLS record that carries a handshake message (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;

/** What a receiving server got inside TLS before it said anything there, as lines. */
export function linesBeforeFirstReply({ events }: SmtpSession): readonly string[] {
  const inside = events.filter((event) => event.kind !== 'mark' && event.channel === 'tls');
  const answered = inside.findIndex(({ kind }) => kind === 'sent');
  const early = answered < 0 ? inside : inside.slice(0, answered);
  return linesOf(Buffer.concat(early.flatMap((event) => ('bytes' in event ? [event.bytes] : []))));
}

/** Commands inside TLS that came while the one before still waited for its reply. */
export function pipelinedLines({ events }: SmtpSession): readonly string[] {
  const found: string[] = [];
  let waiting = 0;
  let inContent = false;
  for (const event of events) {
    if (event.kind === 'mark' || event.channel !== 'tls') continue;
    if (event.kind === 'sent') {
      waiting = 0;
      inContent = event.bytes.toString('latin1').startsWith('354');
      continue;
    }
    if (inContent) continue;
    for (const line of linesOf(event.bytes)) {
      if (waiting > 0) found.push(line);
      waiting += 1;
      // Octets of a chunk follow their command at once (RFC 3030 §2).
      if (/^BDAT\b/i.test(line)) return found;
    }
  }
  return found;
}

/** What came around STARTTLS. */
export function upgradeOf({ events, betweenStarttlsAndHello }: SmtpSession): {
  /** Octets between STARTTLS and the ClientHello. */
  readonly after: Buffer;
  /** The ClientHello came before the reply to STARTTLS. */
  readonly helloBeforeReply: boolean;
} {
  const asked = events.findIndex(
    (event) => event.kind === 'received' && /STARTTLS/i.test(String(event.bytes)),
  );
  const later = asked < 0 ? [] : events.slice(asked + 1);
  const next = later.find((event) => event.kind !== 'mark');
  const helloBeforeReply = next?.kind === 'received' && next.bytes[0] === TLS_HANDSHAKE;
  return { after: betweenStarttlsAndHello, helloBeforeReply };
}

function linesOf(octets: Buffer): readonly string[] {
  return octets
    .toString('latin1')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
