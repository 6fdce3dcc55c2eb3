import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectLab, connectThroughRelay, RelayError } from 'net-mocks';
import { describe, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName } from '../../model/faults.ts';
import type { LabAccess } from '../../model/lab-access.ts';
import { CRLF, line } from '../../wire/bytes.ts';
import {
  SURROUNDINGS,
  type SurroundingObservation,
  type Surroundings,
} from '../testing/observations/surroundings.ts';
import { startReferenceInLab } from './reference-lab.ts';

/** A connection through a relay of the network; the system error where there is none. */
async function open({ network }: LabAccess, vantage: string, address: string, port: number) {
  const route = network?.vantages.find(({ name }) => name === vantage)?.route;
  if (!route || !('relay' in route)) throw new Error(`There is no relay ${vantage}.`);
  const { host, port: relayPort } = route.relay;
  try {
    return await connectThroughRelay({ address: host, port: relayPort }, { address, port });
  } catch (failure) {
    if (failure instanceof RelayError && failure.code !== null) return failure.code;
    throw failure;
  }
}

/** The lines that come until one ends a reply, joined by `|`. */
async function reply(socket: Socket): Promise<string> {
  let text = '';
  while (!/^\d{3} .*\r\n$/m.test(text)) text += String((await once(socket, 'data'))[0]);
  return text.trimEnd().replaceAll(CRLF.toString(), '|');
}

function surroundingsOf(access: LabAccess): Surroundings {
  const through = async (address: string, port: number, see: (socket: Socket) => Promise<string>) => {
    const socket = await open(access, 'subscriber', address, port);
    if (typeof socket === 'string') return socket;
    try {
      return await see(socket);
    } finally {
      socket.destroy();
    }
  };
  return {
    address: access.addresses.target,
    subscriber: (address, port) => through(address, port, reply),
    subscriberEhlo: (address, port) =>
      through(address, port, async (socket) => {
        await reply(socket);
        socket.write(line('EHLO client.test'));
        return reply(socket);
      }),
    subscriberCertificate: (address, port) =>
      through(address, port, async (socket) => {
        const secure = connectTls({ socket, rejectUnauthorized: false });
        await once(secure, 'secureConnect');
        return String(secure.getPeerCertificate().subject.CN);
      }),
    async published(name, type) {
      const mocks = connectLab(access.control.url, { token: access.control.token });
      const { records } = await mocks.dns.lookup({ name, type });
      await mocks.close();
      return JSON.stringify(records.map(({ data }) => data));
    },
    async fetched(host, path) {
      const mocks = connectLab(access.control.url, { token: access.control.token });
      const { body } = await mocks.web.fetch({ host, path });
      await mocks.close();
      return body.toString();
    },
  };
}

async function observe(faults: readonly FaultName[], { see }: SurroundingObservation): Promise<string> {
  const { access, close } = await startReferenceInLab({ faults });
  try {
    return await see(surroundingsOf(access));
  } finally {
    await close();
  }
}

describe.concurrent('faults of what is around the reference server', () => {
  for (const fault of FAULT_NAMES) {
    const observation = SURROUNDINGS[fault];
    if (!observation) continue;
    test(fault, async () => {
      expect(await observe([], observation)).toMatch(observation.good);
      expect(await observe([fault], observation)).toMatch(observation.faulty);
    });
  }
});

test('a vantage in front of the network reaches every port outside, and nothing beyond', async () => {
  const { access, close } = await startReferenceInLab({ faults: ['network-blocks-submission'] });
  try {
    const { sinks = [], unused = '' } = access.network ?? {};
    expect(sinks.map(({ family }) => family)).toEqual(['IPv4', 'IPv4', 'IPv4', 'IPv6']);
    for (const { address, hostname } of sinks) {
      for (const port of [25, 587, 2525]) {
        const socket = await open(access, 'open', address, port);
        if (typeof socket === 'string') throw new Error(`${address} port ${port}: ${socket}`);
        expect(await reply(socket)).toBe(`220 ${hostname} ESMTP`);
        socket.destroy();
      }
      expect(await open(access, 'open', address, 80)).toBe('ECONNREFUSED');
    }
    expect(await open(access, 'open', unused, 25)).toBe('ECONNREFUSED');
    await expect(open(access, 'open', '198.51.100.27', 25)).rejects.toMatchObject({ status: 403 });
  } finally {
    await close();
  }
});
