import { check, type Verify } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { nameRecipient } from '../../harness/steps/name-recipient.ts';
import { assertDecided, isPositive, lineOf } from '../../harness/steps/replies.ts';
import { mayStrangerBeNamed, strangerOf } from '../../harness/steps/stranger.ts';
import { openSender } from './session.ts';
import { DIALOGUE } from './smtp-check.ts';

/** What stands after MAIL FROM: or RCPT TO: and is no path. `serious`: two readers could differ about it. */
const MALFORMED: readonly { readonly path: string; readonly serious: boolean }[] = [
  { path: '<a@{domain}', serious: true },
  { path: '<a@b@{domain}>', serious: true },
  { path: '<a b@{domain}>', serious: true },
  { path: 'a@{domain}', serious: false },
  { path: '<a..b@{domain}>', serious: false },
  { path: '<.a@{domain}>', serious: false },
  { path: '<a@-x.{domain}>', serious: false },
  { path: '<a@x_y.{domain}>', serious: false },
  { path: '<a@[999.1.1.1]>', serious: false },
  { path: '<a@[IPv6:zz]>', serious: false },
];

/** Ways to write the account as a recipient. */
const UNUSUAL: readonly { readonly path: string; readonly name: string }[] = [
  { path: '<"{local}"@{own}>', name: 'quoted local part' },
  { path: '<@relay.{domain}:{local}@{own}>', name: 'source route' },
  { path: '<{local}@{OWN}>', name: 'domain in upper case' },
];

export const addressesAreUnderstood = check(
  {
    id: 'SMTP-020',
    slug: 'addresses-are-understood',
    title: 'Malformed addresses are refused; valid unusual ones are understood',
    sends:
      'in MAIL and RCPT: paths that are none; in RCPT: the account as quoted local part, after a source route, with its domain in upper case',
    demands: 'what is no path is refused with 5yz, what is one is accepted',
    level: 'MUST',
    severity: 'low',
    clauses: [
      'rfc5321#4.1.2',
      'rfc5321#4.1.3',
      'rfc5321#3.3',
      'rfc5321#4.1.1.3',
      'rfc5321#2.4',
      'rfc5321#appendix-C',
      'rfc5321#appendix-F.2',
      'rfc5321#4.1.1',
      'rfc6409#5.1',
    ],
    ...DIALOGUE,
    budget: '60s',
    limits: [
      'Without a lab a server may take the null sender alone from a stranger; then no malformed sender is tried on mx.',
    ],
    kills: ['smtp-takes-malformed-paths', 'smtp-refuses-source-routes'],
  },
  async (services) => {
    const { variant, account, inconclusive, role } = services;
    const { address } = account();
    const own = domainOf(address);
    // A domain that exists where there is a lab, so that nothing but the form of an address is wrong.
    const domain = role === 'mx' ? domainOf(await strangerOf(services)) || services.helloName : own;
    const strength = (verify: Verify, serious: boolean) => (serious ? verify : verify.ideally);
    const fill = (path: string) =>
      path
        .replaceAll('{domain}', domain)
        .replaceAll('{local}', address.slice(0, address.lastIndexOf('@')))
        .replaceAll('{own}', own)
        .replaceAll('{OWN}', own.toUpperCase());
    // Where no sender of a stranger is taken that has a domain, a refusal says nothing about the form of its address.
    const isSenderTried = role !== 'mx' || mayStrangerBeNamed(services);
    for (const { path, serious } of MALFORMED) {
      const asSender = async (verify: Verify) => {
        const { client } = await openSender(services);
        // Who looks at senders late says so at RCPT.
        const reply = await nameRecipient(client, { sender: fill(path), recipient: `<${address}>` });
        strength(verify, serious).reply(reply, `MAIL FROM:${path} is refused`).codeClass(4, 5);
      };
      if (isSenderTried) await variant(`MAIL FROM:${path}`, asSender);
      await variant(`RCPT TO:${path}`, async (verify) => {
        const { client, from } = await openSender(services);
        await client.command(`MAIL FROM:<${from}>`);
        const reply = await client.command(`RCPT TO:${fill(path.replaceAll('{domain}', '{own}'))}`);
        strength(verify, serious).reply(reply, `RCPT TO:${path} is refused`).codeClass(4, 5);
      });
    }
    for (const { path, name } of UNUSUAL) {
      await variant(name, async (verify) => {
        const replyTo = (recipient: string) =>
          services.patiently(async () => {
            const { client, from } = await openSender(services);
            const rcpt = await nameRecipient(client, { sender: `<${from}>`, recipient });
            await client.quit();
            return rcpt;
          });
        const reply = await replyTo(fill(path));
        assertDecided(services, reply);
        const plain = isPositive(reply) ? reply : await replyTo(`<${address}>`);
        if (!isPositive(plain))
          inconclusive('precondition', `The account as it is declared is refused too: ${lineOf(plain)}`);
        const understood = name === 'domain in upper case' ? verify : verify.ideally;
        understood.reply(reply, `the account written with a ${name} is accepted`).codeClass(2);
      });
    }
  },
);
