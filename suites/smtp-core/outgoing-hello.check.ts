import { check, type Services } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';

const LITERAL = /^\[(?:IPv6:)?([0-9a-f.:]+)\]$/i;
/** Letters, digits and hyphens in at least two labels, the last of which is no number. */
const FULL_NAME =
  /^(?=.{1,255}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

export const outgoingHelloNamesTheServer = check(
  {
    id: 'SMTP-033',
    slug: 'outgoing-hello-names-the-server',
    title: 'Outgoing mail introduces the server by a full name that leads to it, or by its address',
    sends: 'a message of a user to a receiving server elsewhere',
    demands:
      'EHLO with a domain name of two labels or more, or with an address literal; the name has an address, and it is the one that the mail comes from',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc5321#2.3.5',
      'rfc5321#4.1.1.1',
      'rfc5321#4.1.3',
      'rfc5321#4.1.2',
      'rfc5321#4.1.4',
      'rfc6531#3.7.1',
    ],
    ...OUTGOING_MAIL,
    effect: 'reads',
    budget: '10s',
    limits: [
      'Names and addresses are those that the lab publishes for the target; one that is known elsewhere alone is warned of.',
      'Reports and forwarded mail may leave under another name.',
    ],
    kills: [
      'outbound-greets-with-single-label',
      'outbound-greets-with-unknown-name',
      'outbound-greets-with-name-of-another',
    ],
  },
  async (services) => {
    const { verify, finding } = services;
    const { hello, clientAddress } = finding(mailLeaves).arrived;
    const literal = LITERAL.exec(hello)?.[1];
    if (literal !== undefined) {
      verify.met('the server introduces itself by a full name or an address literal', hello);
      verify.ideally.equal(literal, clientAddress, 'the address literal is the address that mail comes from');
      return;
    }
    // A dot at the end and underscores break the grammar, and keep nobody from finding the server.
    const name = hello.replace(/\.$/, '');
    const isFull = verify.that(FULL_NAME.test(name.replaceAll('_', 'x')), {
      demand: 'the server introduces itself by a full name or an address literal',
      expected: 'a domain name of two labels or more, or its address in brackets',
      actual: hello,
    });
    if (!isFull) return;
    verify.ideally.that(FULL_NAME.test(hello), {
      demand: 'the name is made of letters, digits and hyphens',
      expected: 'labels with dots between',
      actual: hello,
    });
    const addresses = await addressesOf(services, name);
    verify.ideally.that(addresses.includes(clientAddress), {
      demand: 'the name leads to the address that mail comes from',
      expected: `${hello} at ${clientAddress}`,
      actual: `${hello} ${addresses.length > 0 ? `at ${addresses.join(', ')}` : 'has no address'}`,
    });
  },
);

async function addressesOf({ lab }: Services, name: string): Promise<readonly string[]> {
  const { records } = await lab().dns.lookup(name, 'A');
  return records.flatMap(({ type, data }) => (type === 'A' ? [String(data)] : []));
}
