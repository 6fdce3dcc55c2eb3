import { check, type ImapClient, type ImapCommand } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { beforeLogin, demandNonSynchronising } from './before-login.ts';

/** What only a user who logged in may do (RFC 9051 §3.2). */
const BEFORE_LOGIN: readonly string[] = [
  'SELECT INBOX',
  'LIST "" "*"',
  'STATUS INBOX (MESSAGES)',
  'FETCH 1 BODY[]',
];
/** Lines that break the grammar (RFC 9051 §9), after the login. */
const BROKEN: readonly (readonly [string, string])[] = [
  ['a line without a tag', 'NOOP'],
  ['two spaces', 'b1  NOOP'],
  ['an unknown command', 'b2 XBOGUS'],
  ['an open parenthesis', 'b3 STATUS INBOX (MESSAGES'],
  ['a plus as tag', '+ NOOP'],
];

export const commandsKeepToTheirState = check(
  {
    id: 'IMAP-003',
    slug: 'commands-keep-to-their-state',
    title: 'Commands are refused outside their state and syntax errors get BAD',
    sends: 'mailbox commands before the login; after it FETCH without SELECT, LOGIN again, and broken lines',
    demands: 'NO or BAD every time, and the session continues',
    level: 'SHOULD',
    severity: 'medium',
    clauses: [
      'rfc9051#3',
      'rfc9051#2.2.2',
      'rfc9051#3.1',
      'rfc9051#3.2',
      'rfc9051#6.1.2',
      'rfc9051#6.2',
      'rfc9051#9',
      'rfc3501#3',
      'rfc3501#2.2.2',
      'rfc3501#3.1',
      'rfc3501#3.2',
      'rfc3501#6.1.2',
      'rfc3501#6.2',
      'rfc3501#9',
      'rfc8314#3.2',
    ],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'reads',
    safety: 'safe',
    budget: '60s',
    limits: ['Each command has a connection of its own: servers count errors.'],
    kills: ['imap-serves-mailbox-without-login'],
  },
  async (services) => {
    const { variant, account, bytes } = services;
    const refused = async (command: ImapCommand, open: () => Promise<ImapClient>) =>
      variant(`${nameOf(command)} ${open === before ? 'before' : 'after'} the login`, async (verify) => {
        const client = await open();
        if (typeof command !== 'string') demandNonSynchronising(services, client);
        const answer = await client.attempt(command);
        if (answer.kind === 'closed') {
          verify.ideally.answer(answer, 'the command is refused and the session goes on', {
            statuses: ['NO', 'BAD'],
          });
          return;
        }
        const held = verify.answer(answer, 'the command is refused', { statuses: ['NO', 'BAD'] });
        if (held)
          verify.ideally.answer(await client.attempt('NOOP'), 'the session goes on', { statuses: ['OK'] });
      });
    const before = () => beforeLogin(services);
    const after = () => openImap(services);
    for (const command of BEFORE_LOGIN) await refused(command, before);
    await refused(['APPEND INBOX ', { bytes: Buffer.from('abc'), synchronising: false }], before);
    await refused('FETCH 1 FLAGS', after);
    await variant('LOGIN after the login', async (verify) => {
      const client = await after();
      const { login, password } = account();
      verify.reply(await client.login(login, password), 'a second login is refused').status('NO', 'BAD');
    });
    for (const [what, text] of BROKEN) {
      await variant(`${what} after the login`, async (verify) => {
        const client = await after();
        client.raw(bytes.line(text));
        const response = await client.next('the answer to a broken line');
        const word =
          response.kind === 'untagged' ? response.label : response.kind === 'tagged' ? response.status : '+';
        verify.ideally.that(word === 'BAD', {
          demand: 'a broken line is answered BAD',
          expected: 'BAD',
          actual: response.line,
        });
        // An untagged BAD may be followed by a tagged one.
        verify.ideally.answer(await client.attempt('NOOP'), 'the session goes on', { statuses: ['OK'] });
      });
    }
  },
);

function nameOf(command: ImapCommand): string {
  return typeof command === 'string' ? command : 'APPEND INBOX {3+}';
}
