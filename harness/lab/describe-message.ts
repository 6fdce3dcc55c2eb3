import type { ArrivedMessage } from '../check/lab.ts';

/** A message in one sentence. */
export function describe({
  kind,
  sender,
  recipients,
  clientAddress,
  hello,
  tls,
  content,
}: ArrivedMessage): string {
  const how = tls ? `over ${tls.version}` : 'in plaintext';
  return `a ${kind} came from ${clientAddress} (${hello}) ${how}: <${sender}> to ${recipients.map((one) => `<${one}>`).join(', ')}, ${content.length} octets`;
}
