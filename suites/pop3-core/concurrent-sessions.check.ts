import { check } from '../../harness/check/check.ts';
import { OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

export const numbersStandStill = check(
  {
    ...OWN_MAIL,
    id: 'POP3-007',
    slug: 'numbers-stand-still',
    title: 'Two sessions at once: an exclusive lock or a consistent view',
    sends:
      'a login while another session is open; where both are served, the second removes a message of the first',
    demands: 'the second login is refused, or the numbers of the first session stay what they are',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc1939#4', 'rfc2449#8.1.2'],
    budget: '40s',
    connections: 2,
    kills: ['pop3-numbers-shift'],
  },
  async (services) => {
    const { verify, pop3, account } = services;
    const { login, password } = account();
    const mail = ['first', 'second', 'third'].map((label) => ownMail(services, label));
    await withOwnMail(services, mail, async (open) => {
      const session = await open();
      const { client } = session;
      const rival = await pop3({ at: 'tls' });
      const { capabilities } = await rival.capa();
      const reply = await rival.userPass(login, password);
      rival.connection.close();
      if (reply.status === '-ERR') {
        verify.reply(reply, 'a second session on the same maildrop is refused').status('-ERR');
        if (capabilities?.has('RESP-CODES'))
          verify.ideally.that(reply.responseCode === 'IN-USE', {
            demand: 'the refusal says that the maildrop is in use',
            expected: '-ERR [IN-USE]',
            actual: reply.line,
          });
        await client.quit();
        return;
      }
      const other = await open();
      await other.client.command(`DELE ${other.number('first')}`);
      await other.client.quit();
      const { bytes } = await client.retr(session.number('second'));
      const header = bytes?.toString('latin1') ?? '';
      verify.that(bytes === undefined || header.includes(`${services.nonce}-second`), {
        demand: 'a number means the same message until the end of the session',
        expected: 'the second message',
        actual: /^Subject: .*$/m.exec(header)?.[0] ?? header.slice(0, 200),
      });
      const gone = await client.retr(session.number('first'));
      verify.that(gone.bytes === undefined || gone.bytes.includes(`${services.nonce}-first`), {
        demand: 'the number of a message that another session removed stands for no other message',
        expected: '-ERR or the first message',
        actual: /^Subject: .*$/m.exec(gone.bytes?.toString('latin1') ?? '')?.[0] ?? gone.reply.line,
      });
      verify.ideally.missed('a session has the maildrop for itself', {
        expected: '-ERR [IN-USE] to the second login',
        actual: reply.line,
      });
      await client.quit();
    });
  },
);
