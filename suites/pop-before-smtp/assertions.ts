import type { Connection, Services, Target } from '../../harness/check/check.ts';
import { beforeLogin } from '../../harness/steps/before-login.ts';
import { isPositive, type MailboxProtocol, mailboxRoles, openMailbox } from './mailbox-login.ts';
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
  const byCommand = (['imap', 'pop3'] as const).filter(
    (protocol) => mailboxRoles(services, protocol).length > 0,
  );
  const byHeader = (['pop3', 'imap'] as const).filter((role) => services.target.endpoints[role]);
  return [
    ...byCommand.map((protocol) => ({
      name: protocol === 'imap' ? 'ID with x-originating-ip on IMAP' : 'XCLIENT on POP3',
      assert: (from: Vantage, asserted: string) => assertByCommand(services, protocol, from, asserted),
    })),
    ...byHeader.flatMap((role) =>
      ([1, 2] as const).map((version) => ({
        name: `a PROXY header of version ${version} on ${role}`,
        assert: (from: Vantage, asserted: string) =>
          assertByProxy(services, role, from, proxyHeader(services, version, asserted)),
      })),
    ),
  ];
}

/** ID (RFC 2971 §3.1) or XCLIENT, and a login after it. */
async function assertByCommand(
  services: Services,
  protocol: MailboxProtocol,
  from: Vantage,
  asserted: string,
): Promise<Reception> {
  const session = await openMailbox(services, protocol, {
    vantage: from.name,
    at: beforeLogin(services.account()),
  });
  const commands = {
    imap: `ID ("x-originating-ip" "${asserted}" "x-originating-port" "40000")`,
    pop3: `XCLIENT ADDR=${asserted} PORT=40000`,
  };
  const reply = await session.command(commands[protocol]);
  await session.logIn(services.account());
  await session.leave();
  // Dovecot says +OK to anybody and believes only those it trusts.
  return isPositive(reply) ? 'not told' : 'refused';
}

/** After a header that is taken for one, the session goes on as usual. */
async function assertByProxy(
  services: Services,
  role: MailboxProtocol,
  from: Vantage,
  preamble: Uint8Array,
): Promise<Reception> {
  const { account, target, note } = services;
  try {
    const session = await openMailbox(services, role, { role, vantage: from.name, preamble });
    if (await isContradicted(session, target)) return 'refused';
    if (!isPositive(await session.startTls())) return 'refused';
    await session.logIn(account());
    await session.leave();
    return 'taken';
  } catch (failure) {
    // A server that cannot make sense of the header may end the session, or answer in any way.
    note(`after the header: ${failure instanceof Error ? failure.message : String(failure)}`);
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
