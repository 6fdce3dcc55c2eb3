import { check } from '../../harness/check/check.ts';
import { dateField } from '../../harness/steps/compose.ts';
import { isRecipientTaken } from '../../harness/steps/hand-over.ts';

export const starttlsAsTextIsText = check(
  {
    id: 'STLS-026',
    slug: 'starttls-as-text-is-text',
    title: 'The word STARTTLS in a message or an argument is no command',
    sends: 'a message to a local mailbox with the line STARTTLS in its body and in its subject',
    demands: 'the message is accepted, and the session goes on in the same phase',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc5321#4.5.2', 'rfc5321#2.4'],
    roles: ['mx'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '12s',
    kills: ['body-with-starttls-refused'],
  },
  async ({ smtp, account, nonce, bytes, helloName, verify, inconclusive, patiently }) => {
    const deliver = async (body: string) => {
      const { client, code, text } = await patiently(async () => {
        const attempt = await smtp({ at: 'ready' });
        const mail = await attempt.command(`MAIL FROM:<probe@${helloName}>`);
        const last = mail.code === 250 ? await attempt.command(`RCPT TO:<${account().address}>`) : mail;
        if (!isRecipientTaken(last)) attempt.connection.close();
        return { client: attempt, code: last.code, text: last.text };
      });
      if (!isRecipientTaken({ code }))
        inconclusive('precondition', `No message to a local mailbox is taken: ${text}`);
      const message = bytes.lines(
        `From: <probe@${helloName}>`,
        `To: <${account().address}>`,
        `Subject: ${body} ${nonce}`,
        dateField(),
        `Message-ID: <${body.toLowerCase()}-${nonce}@${helloName}>`,
        '',
        'The next line is text.',
        body,
        `token ${nonce}`,
      );
      const reply = await client.data(message);
      const after = await client.command('NOOP');
      client.connection.close();
      return { reply, after };
    };
    const control = await deliver('ORDINARY');
    if (control.reply.code !== 250)
      inconclusive('precondition', `An ordinary message is refused: ${control.reply.text}`);
    const { reply, after } = await deliver('STARTTLS');
    verify.reply(reply, 'a message that contains the word STARTTLS is accepted').code(250);
    verify.reply(after, 'the session goes on').code(250);
  },
);
