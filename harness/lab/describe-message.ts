import type { ArrivedMessage } from '../check/lab.ts';

/** A message in one sentence. */
export function describe({
  kind,
  sender,
  recipients,
  clientAddress,
  bySmarthost,
  hello,
  tls,
  content,
}: ArrivedMessage): string {
  const how = tls ? `over ${tls.version}` : 'in plaintext';
  const where = bySmarthost ? ' to the smarthost' : '';
  return `a ${kind} came from ${clientAddress} (${hello})${where} ${how}: <${sender}> to ${recipients.map((one) => `<${one}>`).join(', ')}, ${content.length} octets`;
}
