import { setTimeout as delay } from 'node:timers/promises';
import { type Script, type ScriptedPeer, testCertificate } from '../../wire/scripted-server.testing.ts';

/** A message of the scripted server. */
interface Held {
  readonly uid: number;
  readonly bytes: Buffer;
}

/** A scripted IMAP server inside implicit TLS, with as much of IMAP as looking for messages needs. */
export interface ImapPeer {
  readonly script: Script;
  /** Commands that came, without their tags, over all connections. */
  readonly commands: readonly string[];
  /** How many of them begin so. */
  count(begin: string): number;
  /** Puts a message there. */
  deliver(mailbox: string, content: string | Buffer): void;
  /** Ends the connections that are open now. */
  drop(): void;
  /** What LOGIN answers after its tag, in place of OK. */
  refusal: string | undefined;
  /** Sessions that a user may have; another login is refused with LIMIT. */
  sessions: number;
  /** Pause before every reply, in milliseconds. */
  delayMs: number;
}

export async function imapPeer(mailboxes: readonly string[] = ['INBOX', 'Junk']): Promise<ImapPeer> {
  const certificate = await testCertificate();
  const boxes = new Map<string, Held[]>(mailboxes.map((name) => [name, []]));
  const open = new Set<ScriptedPeer>();
  const loggedIn = new Set<ScriptedPeer>();
  const commands: string[] = [];
  let uids = 0;

  function logIn(peer: ScriptedPeer): string {
    if (server.refusal !== undefined) return server.refusal;
    if (loggedIn.size >= server.sessions) return 'NO [LIMIT] too many sessions';
    loggedIn.add(peer);
    return 'OK logged in';
  }

  function found(command: string, selected: readonly Held[]): (string | Buffer)[] {
    const [, from, items = ''] = /^UID FETCH (\d+)\S* \((.*)\)$/.exec(command) ?? [];
    const [, first] = /^FETCH (\d+):\* /.exec(command) ?? [];
    const [, within, token = ''] = /^UID SEARCH (?:UID ([\d,]+) )?TEXT "(.*)"$/.exec(command) ?? [];
    if (items.includes('BODY.PEEK[]'))
      return selected
        .filter(({ uid }) => uid === Number(from))
        .flatMap(({ uid, bytes }) => [
          `* 1 FETCH (UID ${uid} FLAGS () BODY[] {${bytes.length}}`,
          Buffer.concat([bytes, Buffer.from(')\r\n')]),
        ]);
    if (from !== undefined || first !== undefined)
      return selected
        .filter(({ uid }, index) => (from === undefined ? index >= Number(first) - 1 : uid >= Number(from)))
        .map(({ uid, bytes }) => `* 1 FETCH (UID ${uid} RFC822.SIZE ${bytes.length})`);
    if (!command.startsWith('UID SEARCH ')) return [];
    const among = within?.split(',').map(Number);
    const hits = selected.filter(({ uid, bytes }) => (among?.includes(uid) ?? true) && bytes.includes(token));
    return [`* SEARCH${hits.map(({ uid }) => ` ${uid}`).join('')}`];
  }

  const server: ImapPeer = {
    commands,
    count: (begin) => commands.filter((one) => one.startsWith(begin)).length,
    refusal: undefined,
    sessions: Number.POSITIVE_INFINITY,
    delayMs: 0,
    deliver(mailbox, content) {
      uids += 1;
      boxes.get(mailbox)?.push({ uid: uids, bytes: Buffer.from(content) });
    },
    drop() {
      for (const peer of open) peer.socket.destroy();
    },
    async script(peer) {
      await peer.startTls(certificate);
      open.add(peer);
      peer.socket.once('close', () => {
        open.delete(peer);
        loggedIn.delete(peer);
      });
      await peer.write('* OK [CAPABILITY IMAP4rev1] ready');
      let selected: readonly Held[] = [];
      for (;;) {
        const [tag = '', ...words] = (await peer.readLine()).split(' ');
        const command = words.join(' ');
        commands.push(command);
        if (server.delayMs > 0) await delay(server.delayMs);
        const [verb, name = ''] = command.split(' ');
        if (verb === 'LOGIN') await peer.write(`${tag} ${logIn(peer)}`);
        else if (verb === 'LIST')
          await peer.write(...[...boxes.keys()].map((one) => `* LIST () "/" "${one}"`), `${tag} OK listed`);
        else if (verb === 'EXAMINE') {
          selected = boxes.get(name.replaceAll('"', '')) ?? [];
          await peer.write(
            `* ${selected.length} EXISTS`,
            '* OK [UIDVALIDITY 1] valid',
            `* OK [UIDNEXT ${uids + 1}] next`,
            `${tag} OK [READ-ONLY] opened`,
          );
        } else await peer.write(...found(command, selected), `${tag} OK done`);
        if (verb === 'LOGOUT') return;
      }
    },
  };
  return server;
}
