import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import type { Endpoint } from '../../model/endpoint.ts';

/** A resolver on loopback that says what a test wants; null: nothing. */
export async function udpResolver(
  answer: (name: string, type: string, query: DecodedPacket) => Partial<Packet> | null,
): Promise<{ readonly server: Endpoint; readonly asked: readonly string[]; close(): Promise<void> }> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (octets, { address, port }) => {
    const query = decode(octets);
    const [question] = query.questions ?? [];
    if (!question) return;
    asked.push(`${question.name} ${question.type}`);
    const said = answer(question.name, question.type, query);
    if (!said) return;
    const packet: Packet = { type: 'response', id: query.id ?? 0, questions: [question], ...said };
    socket.send(encode(packet), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    server: { host: '127.0.0.1', port: socket.address().port },
    asked,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** An alias as such a resolver tells it. */
export function alias(name: string, data: string): Answer {
  return { type: 'CNAME', name, data, ttl: 60 };
}
