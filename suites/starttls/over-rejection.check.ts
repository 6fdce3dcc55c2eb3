import { check } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';
import { isAlive, lineOf } from '../../harness/steps/replies.ts';
import { giveEnvelope } from './envelope.ts';

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
  async (services) => {
    const { account, nonce, helloName, verify, inconclusive } = services;
    const [from, to] = [`probe@${helloName}`, account().address];
    const deliver = async (word: string) => {
      const { client, taken, text } = await giveEnvelope(services, {
        sender: `<${from}>`,
        recipient: `<${to}>`,
      });
      if (!taken) inconclusive('precondition', `No message to a local mailbox is taken: ${text}`);
      const id = `${word.toLowerCase()}-${nonce}`;
      const body = ['The next line is text.', word, `token ${nonce}`];
      const content = compose(services, { from, to, subject: word, token: nonce, id, body, exact: false });
      const reply = await client.data(content);
      const after = await client.command('NOOP');
      client.connection.close();
      return { reply, after };
    };
    const control = await deliver('ORDINARY');
    if (control.reply.code !== 250)
      inconclusive('precondition', `An ordinary message is refused: ${control.reply.text}`);
    const { reply, after } = await deliver('STARTTLS');
    verify.reply(reply, 'a message that contains the word STARTTLS is accepted').code(250);
    verify.that(isAlive(after), {
      demand: 'the session goes on',
      expected: 'a reply',
      actual: lineOf(after),
    });
  },
);
