import { check } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { beginTransaction, openSender, refusalOfData } from './session.ts';
import { DIALOGUE } from './smtp-check.ts';

export const orderIsKept = check(
  {
    id: 'SMTP-003',
    slug: 'order-of-commands-is-kept',
    title: 'Out-of-order commands get 503, state is kept, RSET and a second EHLO clear the transaction',
    sends:
      'RCPT and DATA without MAIL, DATA without RCPT, MAIL twice; DATA after RSET and after a second EHLO; MAIL after a MAIL that was refused',
    demands: '503 for what is out of order, no transaction after RSET and EHLO, and a session that goes on',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#3.3', 'rfc5321#4.1.4', 'rfc5321#4.1.1.5'],
    ...DIALOGUE,
    budget: '25s',
    kills: [
      'smtp-keeps-envelope-across-rset',
      'smtp-keeps-envelope-across-tls',
      'smtp-takes-recipients-without-sender',
      'smtp-takes-second-sender',
    ],
  },
  async (services) => {
    const { variant, account, helloName } = services;
    await variant('RCPT without MAIL', async (verify) => {
      const { client } = await openSender(services);
      const rcpt = await client.command(`RCPT TO:<${account().address}>`);
      verify.reply(rcpt, 'RCPT without MAIL is refused').codeClass(5);
      verify.ideally.reply(rcpt, 'RCPT without MAIL is a bad sequence').code(503);
      await refusalOfData(verify, client, 'DATA without MAIL is refused');
    });
    await variant('DATA without RCPT', async (verify) => {
      const { client, from } = await openSender(services);
      const mail = await client.command(`MAIL FROM:<${from}>`);
      if (!isPositive(mail)) services.inconclusive('precondition', `MAIL is refused: ${lineOf(mail)}`);
      const reply = await refusalOfData(verify, client, 'DATA without a recipient is refused');
      if (reply) verify.ideally.reply(reply, 'DATA without a recipient is a bad sequence').code(503, 554);
    });
    await variant('MAIL twice', async (verify) => {
      const { client, from } = await beginTransaction(services);
      const again = await client.command(`MAIL FROM:<${from}>`);
      verify.reply(again, 'MAIL within a transaction is refused').codeClass(5);
      verify.ideally.reply(again, 'MAIL within a transaction is a bad sequence').code(503);
    });
    await variant('DATA after RSET', async (verify) => {
      const { client } = await beginTransaction(services);
      verify.reply(await client.command('RSET'), 'RSET is taken').code(250);
      await refusalOfData(verify, client, 'RSET discards sender and recipients');
    });
    await variant('DATA after a second EHLO', async (verify) => {
      const { client } = await beginTransaction(services);
      const hello = await client.command(`EHLO ${helloName}`);
      verify.ideally.reply(hello, 'a second EHLO is taken').code(250);
      // Who refuses it keeps the state he was in.
      if (hello.code !== 250) return;
      await refusalOfData(verify, client, 'EHLO discards sender and recipients');
    });
    await variant('MAIL after a refused MAIL', async (verify) => {
      const { client, from } = await openSender(services);
      const bad = await client.command('MAIL FROM:<');
      verify.reply(bad, 'a reverse-path that is none is refused').codeClass(5);
      verify.reply(await client.command(`MAIL FROM:<${from}>`), 'a good MAIL is taken after it').code(250);
    });
  },
);
