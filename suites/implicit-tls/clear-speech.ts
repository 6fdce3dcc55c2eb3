import { type Connection, ROLES, type Role, type Services } from '../../harness/check/check.ts';

/** How the first line of a server looks in each protocol. */
const FIRST_LINE = {
  smtp: /^\d{3}[ -]/,
  pop3: /^(?:\+OK|-ERR)/,
  imap: /^\* (?:OK|PREAUTH|BYE|BAD)/,
} as const;

/** The first whole line of clear text in the protocol of the role; undefined where the octets hold none. */
export function clearLine({ bytes }: Services, role: Role, octets: Buffer): string | undefined {
  const end = octets.indexOf(bytes.LF);
  const line = octets.subarray(0, Math.max(0, end)).toString('latin1').trimEnd();
  return FIRST_LINE[ROLES[role].protocol].test(line) || / (?:OK|NO|BAD) /.test(line) ? line : undefined;
}

/** A command to which every server of the protocol has an answer. */
export function harmlessCommand({ bytes, helloName }: Services, role: Role): Buffer {
  const commands = { smtp: `EHLO ${helloName}`, pop3: 'CAPA', imap: 'x CAPABILITY' };
  return bytes.line(commands[ROLES[role].protocol]);
}

/** A line that no server begins with: it answers a command. POP3 has no such lines. */
export function isAnswer(role: Role, line: string): boolean {
  const { protocol } = ROLES[role];
  if (protocol === 'smtp') return !/^(?:220|421|554)/.test(line);
  return protocol === 'imap' && /^(?:x |\* BAD)/.test(line);
}

/** Whether the server answers a command in the clear on this connection. */
export async function answersInClear(
  services: Services,
  role: Role,
  connection: Connection,
): Promise<boolean> {
  connection.send(harmlessCommand(services, role));
  return connection.readLine('an answer in the clear').then(
    () => true,
    () => false,
  );
}

/**
 * What a session without TLS on an implicit-TLS role shows, as the end of a sentence; undefined where the
 * server does not serve in the clear. A greeting alone proves nothing: a broken machine may send one.
 */
export async function clearAnswer(services: Services, role: Role): Promise<string | undefined> {
  const { connect } = services;
  const connection = await connect({ role });
  try {
    const greeting = await connection.readLine('a greeting in the clear').catch(() => undefined);
    if (!greeting) return undefined;
    const first = clearLine(services, role, Buffer.concat([greeting.bytes, services.bytes.LF]));
    if (first === undefined) return undefined;
    const answers = await answersInClear(services, role, connection);
    return answers ? `it greets with "${first}" and answers a command` : undefined;
  } finally {
    connection.close();
  }
}
