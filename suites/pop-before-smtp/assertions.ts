import type { Connection, Role, Services, Target } from '../../harness/check/check.ts';
import { enterMaildrop, imapRole, pop3Role } from './mailbox-login.ts';
import type { Vantage } from './relay-attempt.ts';

/** What a server made of the statement that a client comes from another address. */
export type Reception =
  /** It said so, or took the statement without a word and went on. */
  | 'taken'
  | 'refused'
  /** The protocol answers in the same way whether or not it believes the client. */
  | 'not told';

/** A way to say at a mailbox service that one comes from another address, followed by a login. */
export interface Assertion {
  readonly name: string;
  assert(from: Vantage, asserted: string): Promise<Reception>;
}

/** The ways that the services of the target leave open. */
export function assertionsOf(services: Services): readonly Assertion[] {
  const { target } = services;
  const [byPop3, byImap] = [pop3Role(services), imapRole(services)];
  const clear = (['pop3', 'imap'] as const).filter((role) => target.endpoints[role]);
  return [
    ...(byImap
      ? [
          {
            name: 'ID with x-originating-ip on IMAP',
            assert: (from: Vantage, asserted: string) => assertById(services, byImap, from, asserted),
          },
        ]
      : []),
    ...(byPop3
      ? [
          {
            name: 'XCLIENT on POP3',
            assert: (from: Vantage, asserted: string) => assertByXclient(services, byPop3, from, asserted),
          },
        ]
      : []),
    ...clear.flatMap((role) =>
      ([1, 2] as const).map((version) => ({
        name: `a PROXY header of version ${version} on ${role}`,
        assert: (from: Vantage, asserted: string) =>
          assertByProxy(services, role, from, proxyHeader(services, version, asserted)),
      })),
    ),
  ];
}

async function assertById(
  { imap, account }: Services,
  role: Role,
  from: Vantage,
  asserted: string,
): Promise<Reception> {
  const client = await imap({ role, vantage: from.name, at: 'tls' });
  // RFC 2971 §3.1.
  const reply = await client.command(`ID ("x-originating-ip" "${asserted}" "x-originating-port" "40000")`);
  const { login, password } = account();
  await client.login(login, password);
  await client.logout();
  return reply.status === 'OK' ? 'not told' : 'refused';
}

async function assertByXclient(
  services: Services,
  role: Role,
  from: Vantage,
  asserted: string,
): Promise<Reception> {
  const client = await services.pop3({ role, vantage: from.name, at: 'tls' });
  const reply = await client.command(`XCLIENT ADDR=${asserted} PORT=40000`);
  await enterMaildrop(services, client, services.account());
  await client.quit();
  // Dovecot says +OK to anybody and believes only those it trusts.
  return reply.status === '+OK' ? 'not told' : 'refused';
}

/** Behind a header that is taken for one, the session goes on as usual. */
async function assertByProxy(
  services: Services,
  role: 'pop3' | 'imap',
  from: Vantage,
  preamble: Uint8Array,
): Promise<Reception> {
  const { imap, pop3, account, target, note } = services;
  const options = { role, vantage: from.name, preamble };
  try {
    if (role === 'pop3') {
      const client = await pop3(options);
      if (await isContradicted(client, target)) return 'refused';
      const goAhead = await client.startTls({ serverName: target.hostname });
      if (goAhead.status !== '+OK') return 'refused';
      await enterMaildrop(services, client, account());
      await client.quit();
      return 'taken';
    }
    const client = await imap(options);
    if (await isContradicted(client, target)) return 'refused';
    const goAhead = await client.startTls({ serverName: target.hostname });
    if (goAhead.status !== 'OK') return 'refused';
    const { login, password } = account();
    await client.login(login, password);
    await client.logout();
    return 'taken';
  } catch (failure) {
    // A server that cannot make sense of the header may end the session, or answer in any way.
    note(`behind the header: ${failure instanceof Error ? failure.message : String(failure)}`);
    return 'refused';
  }
}

/** Whether the server complains, as it does about anything that is no command; the session is over then. */
async function isContradicted(
  { connection }: { readonly connection: Connection },
  { timing }: Target,
): Promise<boolean> {
  const octets = await connection.watch(timing.quietMs);
  const contradicted =
    /^-ERR|\b(BAD|BYE)\b/im.test(octets.toString('latin1')) || connection.ended !== undefined;
  if (contradicted) connection.close();
  return contradicted;
}

/** Header of the PROXY protocol: from the asserted address to the target. */
export function proxyHeader({ bytes, lab }: Services, version: 1 | 2, asserted: string): Uint8Array {
  const to = lab().addresses.target;
  if (version === 1) return bytes.line(`PROXY TCP4 ${asserted} ${to} 40000 110`);
  const octets = (address: string) => Buffer.from(address.split('.').map(Number));
  return Buffer.concat([
    // The signature, which no protocol of text takes for a command.
    bytes.CRLF,
    bytes.CRLF,
    bytes.NUL,
    bytes.CRLF,
    Buffer.from('QUIT'),
    bytes.LF,
    // Version 2 and PROXY; TCP over IPv4; twelve octets of addresses and ports follow.
    Buffer.of(0x21, 0x11, 0, 12),
    octets(asserted),
    octets(to),
    Buffer.of(0x9c, 0x40, 0, 110),
  ]);
}
