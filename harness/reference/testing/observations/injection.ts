import { ROLES, type Role } from '../../../model/roles.ts';
import { lines } from '../../../wire/bytes.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';

/** How long a good server is watched for an answer that nobody asked for, in milliseconds. */
const QUIET_MS = 40;
/** How long a faulty one may take to give it, and how long any may take to give an answer that is due. */
const FAULT_MS = 400;
const ANSWER_MS = 3_000;

const COMMANDS = { smtp: 'NOOP', pop3: 'CAPA', imap: 'x NOOP' } as const;

/** The upgrade command with octets after it; what comes unasked, in the clear and inside TLS, and on one command. */
function injecting(role: Role, after: (command: string) => Buffer) {
  return async (dialogue: Dialogue): Promise<string> => {
    const { client } = await dialogue.hello(role);
    const command = COMMANDS[ROLES[role].protocol];
    await dialogue.upgrade(client, role, after(command));
    const unaskedMs = dialogue.faulty ? FAULT_MS : 0;
    const clear = await client.within(QUIET_MS, unaskedMs);
    await client.tls();
    const unasked = await client.within(QUIET_MS, unaskedMs);
    client.say(command);
    return `clear [${clear}] unasked [${unasked}] asked [${await client.within(QUIET_MS, ANSWER_MS)}]`;
  };
}

const wholeLine = (command: string) => lines(command);
/** The command without its last letters and CRLF; the command in TLS is appended to it. */
const partOfLine = (command: string) => Buffer.from(command.slice(0, 1));

const NOTHING_EXTRA = {
  smtp: /^clear \[\] unasked \[\] asked \[250 [^|]*\|\]$/,
  pop3: /^clear \[\] unasked \[\] asked \[\+OK [^|]*\|TOP.*\.\|\]$/,
  imap: /^clear \[\] unasked \[\] asked \[x OK [^|]*\|\]$/,
} as const;
const ANSWER = { smtp: '250 ', pop3: '\\+OK ', imap: 'x OK ' } as const;

function injectionFaults(
  protocol: 'smtp' | 'pop3' | 'imap',
  role: Role,
): Record<'inside' | 'clear' | 'part', Observation> {
  const good = NOTHING_EXTRA[protocol];
  return {
    inside: {
      good,
      faulty: new RegExp(`^clear \\[\\] unasked \\[${ANSWER[protocol]}`),
      probe: injecting(role, wholeLine),
    },
    clear: {
      good,
      faulty: new RegExp(`^clear \\[${ANSWER[protocol]}`),
      probe: injecting(role, wholeLine),
    },
    part: {
      good,
      faulty: /unasked \[\] asked \[(500|-ERR|\S+ BAD)/,
      probe: injecting(role, partOfLine),
    },
  };
}

const SMTP = injectionFaults('smtp', 'mx');
const POP3 = injectionFaults('pop3', 'pop3');
const IMAP = injectionFaults('imap', 'imap');

/** Faults that carry octets received in the clear across the upgrade to TLS. */
export const INJECTION: Observations = {
  'smtp-executes-buffered-inside-tls': SMTP.inside,
  'smtp-executes-buffered-in-clear': SMTP.clear,
  'smtp-executes-buffered-late': {
    good: NOTHING_EXTRA.smtp,
    faulty: /^clear \[\] unasked \[\] asked \[250 [^|]*\|250 [^|]*\|\]$/,
    probe: injecting('mx', wholeLine),
  },
  'smtp-keeps-incomplete-line-across-tls': SMTP.part,
  'pop3-executes-buffered-inside-tls': POP3.inside,
  'pop3-executes-buffered-in-clear': POP3.clear,
  'pop3-keeps-incomplete-line-across-tls': POP3.part,
  'imap-executes-buffered-inside-tls': IMAP.inside,
  'imap-executes-buffered-in-clear': IMAP.clear,
  'imap-keeps-incomplete-line-across-tls': {
    ...IMAP.part,
    faulty: /unasked \[\] asked \[xx OK/,
  },
};
