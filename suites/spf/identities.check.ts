import { check } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { expectResult, type Result } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { a, clientAddress, txt } from './world.ts';

export const nullSenderIsHello = check(
  {
    ...SPF_CHECK,
    id: 'SPF-017',
    slug: 'null-sender-is-checked-by-hello',
    title: 'A null reverse-path is checked as postmaster at the HELO name',
    sends:
      'messages with a null reverse-path from a HELO name that forbids the client and from one that permits it; one with a sender, from a HELO name with a policy',
    demands: 'fail or a refusal, then pass; the HELO name is checked besides a sender too',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#2.4', 'rfc7208#2.3', 'rfc8601#2.7.2'],
    waits: deliveries(3),
    kills: ['spf-skips-null-sender', 'spf-skips-hello'],
  },
  async (services) => {
    const { variant, lab } = services;
    assertEvaluates(services);
    const client = clientAddress(services);
    const bounce = (name: string, label: string, policy: string, expected: Result) =>
      variant(name, async (verify) => {
        const outcome = await attempt(services, {
          label,
          zone: (domain) => [txt(domain, policy), a(domain, client)],
          sender: '',
          hello: lab().domain(label),
        });
        const { asked, results, offered } = outcome;
        const demand = 'the HELO name stands for a null reverse-path';
        if (asked || results.length > 0) {
          verify.met(demand, asked ? `a TXT query for ${outcome.domain}` : 'a recorded result');
          await expectResult(services, verify, outcome, expected);
        } else
          verify.missed(demand, {
            expected: `a TXT query for ${outcome.domain}, or a recorded result`,
            actual: `neither; ${offered.line}`,
          });
      });
    await bounce('the HELO name forbids the client', 'hello-deny', 'v=spf1 -all', 'fail');
    await bounce('the HELO name permits the client', 'hello-ok', `v=spf1 ip4:${client} -all`, 'pass');
    await variant('a sender, and a HELO name with a policy', async (verify) => {
      const hello = lab().domain('hello-beside');
      await lab().dns.publish(hello, [txt(hello, `v=spf1 ip4:${client} -all`), a(hello, client)]);
      await attempt(services, {
        label: 'beside',
        zone: 'v=spf1 ?all',
        hello,
      });
      const [asked] = await lab().dns.queries({ name: hello, type: 'TXT' });
      verify.ideally.found(asked, 'the HELO name is checked besides a sender too', {
        what: `a TXT query for ${hello}`,
      });
    });
  },
);

export const submissionIsExempt = check(
  {
    ...SPF_CHECK,
    id: 'SPF-022',
    slug: 'submission-is-exempt',
    title: 'Mail of a user who is logged in is not refused for SPF',
    sends:
      'a message from the user to himself by submission, from an address that the own domain does not name',
    demands: 'it is accepted',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc6409#3.2', 'rfc7208#appendix-F'],
    roles: ['submission', 'submissions'],
    per: 'target',
    buildsOn: [],
    considers: [],
    needs: ['account'],
    kills: ['submission-applies-spf'],
    limits: ['Where the domain of the user publishes no policy in the lab, nothing could be refused by it.'],
  },
  async (services) => {
    const { offer, account, nonce, verify, inconclusive } = services;
    const { address } = account();
    const content = compose(services, { from: address, to: address, token: nonce });
    const { disposition, line, reply } = await offer({ sender: address, content, as: account() });
    if (disposition !== 'accepted' && !/\bspf\b|sender policy|5\.7\.23/i.test(line))
      return inconclusive('precondition', `Refused, and not told to be for SPF: ${line}`);
    verify.reply(reply, 'mail of a user who is logged in is accepted, wherever he is').codeClass(2);
  },
);
