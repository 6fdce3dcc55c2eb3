import { type Connection, check, ROLES, type Services, TlsFailed } from '../../harness/check/check.ts';
import { harmlessCommand } from './clear-speech.ts';
import { causeOf, isRefusal, offer, offerOlder, saysNo } from './hello.ts';
import { atTheDoor, strengthFor, WRITES_HELLOS } from './tls-door.ts';

export const tls12Hygiene = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-013',
    slug: 'tls12-hygiene',
    title: 'TLS 1.2 hygiene: secure renegotiation and extended master secret on, compression off',
    sends: 'a ClientHello of TLS 1.2 with renegotiation_info, extended_master_secret and DEFLATE',
    demands: 'both extensions are answered, and nothing is compressed',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9325#3.5', 'rfc9325#3.3', 'rfc5746#3.6', 'rfc7627#5.3'],
    budget: '15s',
    limits: ['On port 25 everything here is a warning.'],
    kills: ['tls-compresses', 'tls-without-secure-renegotiation', 'tls-without-extended-master-secret'],
  },
  async (services) => {
    const { tls, verify, role, notApplicable, inconclusive } = services;
    const { answer } = await offerOlder(
      services,
      tls.olderSuites((suite) => suite.bits >= 128 && !suite.anon && !suite.rc4),
      { compression: [tls.COMPRESSION.deflate, tls.COMPRESSION.null] },
    );
    if (answer.kind !== 'server-hello' || answer.version !== 'TLSv1.2') {
      if (answer.kind === 'server-hello' || saysNo(services, answer))
        return notApplicable(`${role} does not speak TLS 1.2.`, answer.text);
      return inconclusive(causeOf(answer), `TLS 1.2 was neither taken nor refused: ${answer.text}.`);
    }
    const strength = strengthFor(verify, services);
    const { extensions, compression } = answer;
    strength.that(extensions.has(tls.EXTENSION.renegotiationInfo), {
      demand: 'secure renegotiation is answered',
      expected: 'renegotiation_info',
      actual: extensionList(services, extensions),
    });
    strength.that(compression === tls.COMPRESSION.null, {
      demand: 'no compression is chosen',
      expected: 'the null method',
      actual: answer.text,
    });
    verify.ideally.that(extensions.has(tls.EXTENSION.extendedMasterSecret), {
      demand: 'the extended master secret is answered',
      expected: 'extended_master_secret',
      actual: extensionList(services, extensions),
    });
  },
);

function extensionList({ tls }: Services, extensions: ReadonlyMap<number, Buffer>): string {
  const names = [...extensions.keys()].map(
    (number) => Object.entries(tls.EXTENSION).find(([, known]) => known === number)?.[0] ?? String(number),
  );
  return names.join(' ') || 'no extension';
}

/** How long a ticket is awaited after the first octets inside TLS, in milliseconds. */
const TICKET_MS = 2_000;
const TICKET_STEP_MS = 20;

export const earlyDataRefused = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-014',
    slug: 'early-data-refused',
    title: 'TLS 1.3 early data (0-RTT) is not accepted',
    sends: 'a handshake of TLS 1.3; then its resumption with a command as early data',
    demands: 'tickets permit no early data, and none are accepted',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9325#3.10', 'rfc8446#8'],
    budget: '20s',
    kills: ['tls-accepts-early-data'],
  },
  async (services) => {
    const { tls, verify, target, role, notApplicable, inconclusive } = services;
    const first = await atTheDoor(services);
    try {
      await first.startTls({ serverName: target.hostname, minVersion: 'TLSv1.3' });
    } catch (failure) {
      if (!(failure instanceof TlsFailed)) throw failure;
      const answer = await offer(services, { version: 'TLSv1.3' });
      if (!saysNo(services, answer)) throw failure;
      return notApplicable(`${role} does not speak TLS 1.3.`, answer.text);
    }
    const ticket = await ticketOf(services, first);
    // A server may forget the session of a connection that did not end in order.
    first.halfClose();
    await first.untilEnd(target.timing.quietMs);
    first.close();
    if (!ticket) return notApplicable(`${role} sends no session ticket.`, 'no NewSessionTicket');
    verify.ideally.that(ticket.maxEarlyData === 0, {
      demand: 'the ticket permits no early data',
      expected: 'no max_early_data_size',
      actual: `max_early_data_size ${ticket.maxEarlyData}`,
    });
    const connection = await atTheDoor(services);
    const answer = await tls.probeEarlyData(connection, ticket, services.bytes.line('NOOP'), {
      serverName: target.hostname,
    });
    if (answer.kind !== 'accepted' && answer.kind !== 'refused' && !isRefusal(services, answer))
      inconclusive(causeOf(answer), `Early data were neither taken nor refused: ${answer.text}.`);
    verify.that(answer.kind !== 'accepted', {
      demand: 'early data are not accepted',
      expected: 'a handshake without early_data',
      actual: answer.text,
    });
  },
);

/** Servers send tickets with their first octets inside TLS or a little later. */
async function ticketOf(services: Services, connection: Connection) {
  const { tls, role, pause } = services;
  // Where TLS comes first, the greeting follows inside it.
  if (ROLES[role].tls === 'upgrade') connection.send(harmlessCommand(services, role));
  await connection.readLine('the first line inside TLS');
  for (let waited = 0; ; waited += TICKET_STEP_MS) {
    const session = connection.session?.socket.getSession();
    const ticket = session && tls.readTicket(session);
    if (ticket || waited >= TICKET_MS) return ticket;
    await pause(TICKET_STEP_MS);
  }
}
