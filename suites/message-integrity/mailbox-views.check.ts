import { check, MAILDROP, type Services } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { strangerOf } from '../../harness/steps/stranger.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { verifySame } from './comparison.ts';
import { bodyAround, letter } from './letter.ts';
import { findByPop3, openMaildrop } from './maildrop.ts';
import { assertTaken, tokenOf } from './ways.ts';

export const imapAndPop3ShowTheSame = check(
  {
    id: 'MSG-022',
    slug: 'imap-and-pop3-show-the-same',
    title: 'IMAP and POP3 hand out the same octets of a message, and as many as they say',
    sends: 'a message with dots, long lines and white space, which is then read by IMAP and by POP3',
    demands: 'BODY[] has RFC822.SIZE octets, RETR as many as LIST says, and both are the same',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc9051#2.3.4',
      'rfc9051#6.4.5',
      'rfc9051#4.3',
      'rfc1939#11',
      'rfc1939#5',
      'rfc3501#2.3.4',
      'rfc3501#4.3',
      'rfc3501#6.4.5',
    ],
    roles: ['imap', 'imaps', 'pop3', 'pop3s'],
    per: 'target',
    needs: ['account', 'mailbox'],
    considers: [strangersAreServed],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '25s',
    waits: deliveries(1),
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
    assertTaken(services, offered);
    const stored = await inMailbox({ token, sent: content });
    if (!stored) return inconclusive('precondition', 'The message did not arrive in time.');
    let byImap: Buffer | undefined;
    await variant('IMAP', async (verify) => {
      const shown = await readByImap(services, stored.mailbox, token);
      byImap = shown.bytes;
      verify.equal(shown.size, shown.bytes.length, 'RFC822.SIZE is the number of octets of BODY[]');
    });
    await variant('POP3', async (verify) => {
      if (!/^inbox$/i.test(stored.mailbox))
        notApplicable('POP3 shows INBOX alone.', `delivered to ${stored.mailbox}`);
      const client = await openMaildrop(services);
      if (!client) return notApplicable('The target declares no POP3.', 'neither 995 nor 110');
      const shown = await findByPop3(client, token, stored.bytes.length);
      await client.quit();
      if (!verify.found(shown, 'the message is in the maildrop', { what: 'a message' })) return;
      const demand = 'LIST says how many octets RETR hands out, dots unstuffed';
      verify.equal(shown.size, shown.bytes.length, demand);
      if (byImap) verifySame(verify, 'POP3 shows what IMAP shows', byImap, shown.bytes);
    });
  },
);

async function readByImap(
  services: Services,
  mailbox: string,
  token: string,
): Promise<{ bytes: Buffer; size: number }> {
  const client = await openImap(services, { utf8: true });
  await client.select(mailbox, { readOnly: true });
  const uid = (await client.search(`TEXT "${token}"`)).at(-1);
  const message = uid === undefined ? undefined : await client.fetch(uid);
  const { untagged } = await client.command(`UID FETCH ${uid ?? 0} (RFC822.SIZE)`);
  await client.logout();
  const [, size] = /\bRFC822\.SIZE (\d+)/i.exec(untagged.map(({ line }) => line).join(' ')) ?? [];
  if (!message || size === undefined)
    return services.inconclusive('precondition', 'IMAP does not show the message or its size.');
  return { bytes: message.bytes, size: Number(size) };
}
