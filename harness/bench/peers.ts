import { spawn } from 'node:child_process';
import type { Row } from './table.ts';

/** What a person would take instead, and what of mailspec does the same work. */
interface Peer {
  readonly program: string;
  readonly what: string;
  /** Its command lines, one after the other. */
  readonly calls: (address: string) => readonly (readonly string[])[];
}

const SCRIPTS =
  'smtp-commands,smtp-open-relay,smtp-ntlm-info,pop3-capabilities,imap-capabilities,ssl-enum-ciphers';
const STARTTLS = { 25: 'smtp', 587: 'smtp', 110: 'pop3', 143: 'imap' } as const;
const TLS_PORTS = [465, 993, 995];
/** The forms by which relays were found, as a person types them. */
const RELAY_FORMS = [
  ...[
    'user@elsewhere.test',
    'user%elsewhere.test@example.test',
    'user%elsewhere.test',
    'elsewhere.test!user',
  ],
  ...['elsewhere.test!user@example.test', '@example.test:user@elsewhere.test', '"user@elsewhere.test"'],
  ...['"user@elsewhere.test"@example.test', '"user%elsewhere.test"', 'user@elsewhere.test@example.test'],
];

const PEERS: readonly Peer[] = [
  {
    program: 'nmap',
    what: 'nmap, mail scripts, all mail ports',
    calls: (address) => [['-Pn', '-n', '-p', '25,110,143,465,587,993,995', '--script', SCRIPTS, address]],
  },
  {
    program: 'testssl',
    what: 'testssl.sh, all mail ports',
    calls: (address) => [
      ...Object.entries(STARTTLS).map(([port, protocol]) => [
        ...['--quiet', '--nodns', 'none', '--starttls', protocol],
        `${address}:${port}`,
      ]),
      ...TLS_PORTS.map((port) => ['--quiet', '--nodns', 'none', `${address}:${port}`]),
    ],
  },
  {
    program: 'swaks',
    what: `swaks, ${RELAY_FORMS.length} relay forms`,
    calls: (address) =>
      RELAY_FORMS.map((form) => [
        ...['--server', address, '--port', '25', '--helo', 'client.example.test'],
        ...['--from', 'stranger@elsewhere.test', '--to', form, '--quit-after', 'RCPT'],
      ]),
  },
];

/**
 * Runs the peers that are installed, once each, against a container of this run.
 * @param address of that container
 */
export async function measurePeers(
  address: string,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly Row[]; readonly missing: readonly string[] }> {
  const rows: Row[] = [];
  const missing: string[] = [];
  for (const { program, what, calls } of PEERS) {
    if (!(await isInstalled(program))) {
      missing.push(program);
      continue;
    }
    process.stderr.write(`measuring ${what}\n`);
    const started = performance.now();
    let cpu = 0;
    for (const args of calls(address)) cpu += await processorTime(program, args, signal);
    rows.push({ what, wall: [(performance.now() - started) / 1000], cpu: [cpu] });
  }
  return { rows, missing };
}

async function isInstalled(program: string): Promise<boolean> {
  return (await shell(['-c', 'command -v "$1"', 'sh', program])).code === 0;
}

/** Runs a program and says what it and its children used, in seconds; its own opinion of the server is not asked. */
async function processorTime(program: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const script = '"$@" >/dev/null 2>&1 </dev/null; times';
  const { output } = await shell(['-c', script, 'sh', program, ...args], signal);
  signal.throwIfAborted();
  // POSIX: the second line is about the children, `0m1.250s 0m0.310s`.
  const [, children = ''] = output.trim().split('\n');
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

function shell(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that the program ends with its shell.
    const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const end = () => {
      if (child.pid !== undefined) process.kill(-child.pid);
    };
    signal?.addEventListener('abort', end, { once: true });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code, output: Buffer.concat(parts).toString() });
    });
  });
}
