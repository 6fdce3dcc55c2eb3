import { check, type Services, type SmtpReply } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertSeesJunk } from '../../harness/steps/in-mailbox.ts';
import { nameRecipient } from '../../harness/steps/name-recipient.ts';
import { assertDecided, isPositive, lineOf } from '../../harness/steps/replies.ts';
import { strangerOf } from '../../harness/steps/stranger.ts';
import { message } from './message.ts';
import { refusalIsAboutContent } from './plain-mail.ts';

export const sendersAreNotRefusedAsSuch = check(
  {
    id: 'SMTP-007',
    slug: 'senders-are-not-refused-as-such',
    title: 'Null sender, own-domain sender and EHLO/address mismatch are not refused as such',
    sends:
      'to the account: mail from the null sender, from an address of the target, and after hello names that belong to another address or are an address literal',
    demands: 'each recipient is accepted, and a report from the null sender arrives',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc2505#2.6.1',
      'rfc2505#2.6.2',
      'rfc2505#2.7',
      'rfc5321#4.1.4',
      'rfc5321#4.1.2',
      'rfc5321#4.1.3',
    ],
    roles: ['mx'],
    needs: ['account', 'mailbox-in-part', 'dns', 'vantage'],
    considers: [strangersAreServed],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '20s',
    connections: 2,
    withoutLab: 'decides',
    limits: [
      'Without a lab no hello name is tried: what belongs to another address, or to this one, is not known.',
    ],
    kills: ['mx-refuses-null-sender', 'mx-refuses-literal-hello'],
  },
  async (services) => {
    const { variant, target, hasLab, lab, nonce, inMailbox, inconclusive, offer } = services;
    const control = await rcptOf(services, { sender: await strangerOf(services) });
    if (!isPositive(control))
      inconclusive('precondition', `Mail of a stranger is refused in any case: ${lineOf(control)}`);
    await variant('null sender', async (verify) => {
      const reply = await rcptOf(services, { sender: '' });
      assertDecided(services, reply);
      if (!verify.reply(reply, 'the null sender is not refused').codeClass(2)) return;
      const token = `${nonce}-report`;
      const content = message(services, {
        token,
        from: `mailer-daemon@${services.helloName}`,
        fields: ['Auto-Submitted: auto-replied'],
      });
      const { disposition, reply: end } = await offer({ content, sender: '' });
      await refusalIsAboutContent(services, end);
      const stored = disposition === 'accepted' ? await inMailbox({ token, sent: content }) : null;
      const demand = 'a report from the null sender arrives';
      if (stored) {
        verify.met(demand, `a message in ${stored.mailbox}`);
        return;
      }
      if (disposition === 'accepted') assertSeesJunk(services);
      verify.missed(demand, { expected: 'a message in the mailbox', actual: lineOf(end) });
    });
    await variant('sender of the target', async (verify) => {
      const sender = target.accounts[1]?.address ?? `postmaster@${target.domain}`;
      const reply = await rcptOf(services, { sender });
      assertDecided(services, reply);
      // Policies against forged senders justify it often enough.
      verify.ideally.reply(reply, 'a sender in the domain of the target is not refused').codeClass(2);
    });
    if (!hasLab) return;
    await variant('hello name of another host', async (verify) => {
      const name = lab().domain('elsewhere');
      await lab().dns.publish(name, [{ name, type: 'A', data: lab().addresses.web }]);
      const reply = await rcptOf(services, { sender: await strangerOf(services), hello: name });
      assertDecided(services, reply);
      verify.reply(reply, 'a hello name that belongs to another address is not refused').codeClass(2);
    });
    await variant('hello with the address of the client', async (verify) => {
      const [vantage] = lab().vantages;
      const hello = `[${vantage?.address}]`;
      const reply = await rcptOf(services, { sender: await strangerOf(services), hello });
      assertDecided(services, reply);
      verify.reply(reply, 'an address literal as hello name is not refused').codeClass(2);
    });
  },
);

/** The reply to RCPT, or the refusal before it. */
function rcptOf(
  { smtp, patiently, account }: Services,
  { sender, hello }: { readonly sender: string; readonly hello?: string },
): Promise<SmtpReply> {
  return patiently(async () => {
    const client = await smtp();
    const greeted = await client.ehlo(hello);
    const paths = { sender: `<${sender}>`, recipient: `<${account().address}>` };
    const reply = isPositive(greeted) ? await nameRecipient(client, paths) : greeted;
    await client.quit();
    return reply;
  });
}
