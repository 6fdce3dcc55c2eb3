import { check, type Services, type SmtpReply } from '../../harness/check/check.ts';
import { ehloLists, extensionsOf } from '../../harness/steps/extensions.ts';
import { isPositive, isUnknown, lineOf } from '../../harness/steps/replies.ts';
import { strangerOf } from '../../harness/steps/stranger.ts';
import { beginTransaction, openSender } from './session.ts';
import { DIALOGUE } from './smtp-check.ts';

/** Keywords whose parameter of MAIL is taken where they are listed. */
const MAIL_PARAMETERS: Readonly<Record<string, string>> = {
  SIZE: 'SIZE=1',
  '8BITMIME': 'BODY=8BITMIME',
  SMTPUTF8: 'SMTPUTF8',
  DSN: 'RET=HDRS',
};

/** Commands that are known where their keyword is listed, whatever they are answered with. */
const COMMANDS: Readonly<Record<string, (services: Services) => string>> = {
  CHUNKING: () => 'BDAT 0 LAST',
  VRFY: () => 'VRFY postmaster',
  EXPN: () => 'EXPN postmaster',
  HELP: () => 'HELP',
  ETRN: ({ nonce }) => `ETRN ${nonce}.test`,
  STARTTLS: () => 'STARTTLS nothing',
};

/** The commands above whose parameter is a mistake, without it; what such a command begins is not gone through with. */
const BARE: Readonly<Record<string, string>> = { STARTTLS: 'STARTTLS' };

/** Errors on one connection: a server counts them, and two it must bear. */
const MOST_ERRORS = 2;

export const listedExtensionsWork = check(
  {
    id: 'SMTP-004',
    slug: 'listed-extensions-work',
    title: 'Listed extensions work, unlisted parameters are refused',
    sends:
      'for each keyword of EHLO its command or its parameter of MAIL; unknown parameters of MAIL and RCPT; parameters after HELO',
    demands: 'what is listed works; a parameter that is unknown is refused',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc5321#4.2.4', 'rfc5321#4.1.1.1', 'rfc5321#4.1.1.11', 'rfc2920#3', 'rfc3030#2'],
    ...DIALOGUE,
    budget: '25s',
    limits: ['AUTH is looked at by the suites submission and plaintext-auth, TLS itself by starttls.'],
    kills: ['smtp-lists-chunking-and-refuses', 'smtp-takes-unknown-parameters'],
  },
  async (services) => {
    const { variant, smtp, role, helloName } = services;
    await variant('listed parameters', async (verify) => {
      const { client, from } = await openSender(services);
      const keywords = extensionsOf(client);
      for (const [keyword, parameter] of Object.entries(MAIL_PARAMETERS)) {
        const reply = await client.command(`MAIL FROM:<${from}> ${parameter}`);
        if (isPositive(reply)) await client.command('RSET');
        if (keywords.has(keyword))
          verify.that(!isPhantom(reply), {
            demand: `${keyword} is listed, and ${parameter} is taken`,
            expected: '250',
            actual: lineOf(reply),
          });
        else
          verify.ideally
            .reply(reply, `${keyword} is not listed, and ${parameter} is refused`)
            .codeClass(4, 5);
        if (client.connection.ended) break;
      }
      if (keywords.has('PIPELINING')) {
        const replies = await client.pipeline('RSET', `MAIL FROM:<${from}>`, 'RSET');
        verify.that(replies.every(isPositive), {
          demand: 'PIPELINING is listed, and commands in one segment are answered each',
          expected: 'three times 250',
          actual: replies.map(lineOf).join(', '),
        });
      }
    });
    await variant('listed commands', async (verify) => {
      let { client } = await openSender(services);
      const keywords = extensionsOf(client);
      let errors = 0;
      for (const [keyword, command] of Object.entries(COMMANDS)) {
        if (!keywords.has(keyword)) continue;
        if (errors >= MOST_ERRORS) {
          client.connection.close();
          ({ client } = await openSender(services));
          errors = 0;
        }
        let reply = await client.command(command(services));
        errors += isPositive(reply) ? 0 : 1;
        const bare = BARE[keyword];
        if (bare !== undefined && isUnknown(reply)) {
          // What was refused may have been the parameter.
          reply = await client.command(bare);
          errors = MOST_ERRORS;
        }
        verify.that(!isUnknown(reply), {
          demand: `${keyword} is listed, and its command is known`,
          expected: 'neither 500 nor 502',
          actual: lineOf(reply),
        });
      }
      verify.met('EHLO lists what is there', ehloLists(client));
    });
    await variant('unknown parameters', async (verify) => {
      const { client, from } = await openSender(services);
      const mail = await client.command(`MAIL FROM:<${from}> XNOSUCH=1`);
      refusedAsUnknown(verify, mail, 'MAIL');
      client.connection.close();
      const begun = await beginTransaction(services);
      const rcpt = await begun.client.command(`RCPT TO:<${services.account().address}> XNOSUCH=1`);
      refusedAsUnknown(verify, rcpt, 'RCPT');
    });
    if (role !== 'mx') return;
    await variant('after HELO', async (verify) => {
      const client = await smtp();
      await client.command(`HELO ${helloName}`);
      const reply = await client.command(`MAIL FROM:<${await strangerOf(services)}> SIZE=1`);
      verify.ideally.reply(reply, 'HELO opens no extension, and SIZE is refused after it').codeClass(4, 5);
    });
  },
);

/** The reply says that there is no such thing, rather than that it is not wanted now. */
function isPhantom(reply: SmtpReply): boolean {
  return isUnknown(reply) || [501, 504, 555].includes(reply.code);
}

function refusedAsUnknown(verify: Services['verify'], reply: SmtpReply, command: string): void {
  const demand = `an unknown parameter of ${command} is refused`;
  if (verify.reply(reply, demand).codeClass(4, 5))
    verify.ideally.reply(reply, `${demand} for good`).codeClass(5);
}
