import { check, MAILDROP, type Services } from '../../harness/check/check.ts';
import { verifySame } from './comparison.ts';
import { bodyAround, letter } from './letter.ts';
import { findByPop3, openMaildrop } from './maildrop.ts';
import { strangerOf, tokenOf } from './ways.ts';

export const imapAndPop3ShowTheSame = check(
  {
    id: 'MSG-022',
    slug: 'imap-and-pop3-show-the-same',
    title: 'IMAP and POP3 hand out the same octets of a message, and as many as they say',
    sends: 'a message with dots, long lines and white space, which is then read by IMAP and by POP3',
    demands: 'BODY[] has RFC822.SIZE octets, RETR as many as LIST says, and both are the same',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9051#2.3.4', 'rfc9051#6.4.5', 'rfc1939#11', 'rfc1939#5'],
    roles: ['imap', 'imaps', 'pop3', 'pop3s'],
    per: 'target',
    needs: ['account', 'mailbox'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '25s',
    waits: ({ timing }) => timing.outboundMs,
    resources: [MAILDROP],
    kills: ['imap-size-without-line-ends', 'pop3-size-counts-line-ends-once', 'pop3-does-not-stuff'],
  },
  async (services) => {
    const { variant, offer, inMailbox, target, account, bytes, notApplicable, inconclusive } = services;
    if (!target.endpoints.mx)
      return notApplicable(
        'The target declares no mx, so that no message can be put into a mailbox.',
        'no port 25',
      );
    const token = tokenOf(services, 'views', 'in');
    const from = await strangerOf(services);
    const passage = bytes.lines('.', '..two', 'x'.repeat(990), ' \t ', 'white space  ', '', '', '.', '');
    const body = bodyAround(services, token, passage);
    const content = letter(services, { from, to: account().address, token, body });
    const offered = await offer({ content, sender: from });
    if (offered.disposition !== 'accepted')
      inconclusive('precondition', `The message is refused: ${offered.line}`);
    const stored = await inMailbox({ token, sent: content });
    if (!stored) return inconclusive('precondition', 'The message did not arrive in time.');
    let byImap: Buffer | undefined;
    await variant('IMAP', async (verify) => {
      const shown = await readByImap(services, stored.mailbox, token);
      byImap = shown.bytes;
      verify.that(shown.size === shown.bytes.length, {
        demand: 'RFC822.SIZE is the number of octets of BODY[]',
        expected: String(shown.bytes.length),
        actual: String(shown.size),
      });
    });
    await variant('POP3', async (verify) => {
      if (!/^inbox$/i.test(stored.mailbox))
        notApplicable('POP3 shows INBOX alone.', `delivered to ${stored.mailbox}`);
      const client = await openMaildrop(services);
      if (!client) return notApplicable('The target declares no POP3.', 'neither 995 nor 110');
      const shown = await findByPop3(client, token);
      await client.quit();
      const there = verify.that(shown !== undefined, {
        demand: 'the message is in the maildrop',
        expected: 'a message',
        actual: shown ? 'a message' : 'none among the newest',
      });
      if (!there || !shown) return;
      verify.that(shown.size === shown.bytes.length, {
        demand: 'LIST says how many octets RETR hands out, dots unstuffed',
        expected: String(shown.bytes.length),
        actual: String(shown.size),
      });
      if (byImap) verifySame(verify, 'POP3 shows what IMAP shows', byImap, shown.bytes);
    });
  },
);

async function readByImap(
  services: Services,
  mailbox: string,
  token: string,
): Promise<{ bytes: Buffer; size: number }> {
  const { target, imap, account, inconclusive, notApplicable } = services;
  const role = (['imaps', 'imap'] as const).find((one) => target.endpoints[one]);
  if (!role) return notApplicable('The target declares no IMAP.', 'neither 993 nor 143');
  const client = await imap({ role, at: 'tls' });
  const { login, password } = account();
  await client.login(login, password);
  await client.select(mailbox, { readOnly: true });
  const uid = (await client.search(`TEXT "${token}"`)).at(-1);
  const message = uid === undefined ? undefined : await client.fetch(uid);
  const { untagged } = await client.command(`UID FETCH ${uid ?? 0} (RFC822.SIZE)`);
  await client.logout();
  const [, size] = /\bRFC822\.SIZE (\d+)/i.exec(untagged.map(({ line }) => line).join(' ')) ?? [];
  if (!message || size === undefined)
    return inconclusive('precondition', 'IMAP does not show the message or its size.');
  return { bytes: message.bytes, size: Number(size) };
}
