import {
  ConnectionEnded,
  check,
  Inconclusive,
  type Offered,
  type Services,
  type SmtpClient,
  type Verify,
} from '../../harness/check/check.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { transaction } from '../../harness/steps/offer.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt, type Mail, type Probe } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { expectResult } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { clientAddress } from './world.ts';

export const peerAddressCounts = check(
  {
    ...SPF_CHECK,
    id: 'SPF-021',
    slug: 'peer-address-counts',
    title: 'SPF is checked for the address of the TCP peer, whatever the peer claims',
    sends:
      'messages from a domain that permits another address, which the client claims by XCLIENT, by a PROXY header and by header fields',
    demands: 'fail or a refusal each time, and neither XCLIENT nor PROXY is taken',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7208#4.1', 'rfc7208#2.5', 'rfc7208#2.2'],
    waits: deliveries(3),
    kills: ['mx-trusts-xclient', 'mx-trusts-proxy-header', 'spf-reads-received-field'],
    limits: ['PROXY is tried in its first version, the text header.'],
  },
  async (services) => {
    const { variant, lab, inconclusive, bytes, smtp, patiently } = services;
    assertEvaluates(services);
    const [, other] = lab().vantages;
    if (!other) return inconclusive('environment', 'The lab has no second vantage.');
    const forbidden = (label: string): Probe => ({
      label,
      zone: `v=spf1 ip4:${other.address} -all`,
    });

    await variant('XCLIENT', async (verify) => {
      const command = `XCLIENT ADDR=${other.address}`;
      const first = await smtp({ at: 'ready' });
      const listed = extensionsOf(first).has('XCLIENT') ? 'XCLIENT' : null;
      verify.ideally.absent(listed, 'XCLIENT is not offered to strangers', {
        what: 'XCLIENT in the reply to EHLO',
      });
      const claim = await first.attempt(command);
      first.connection.close();
      verify.answer(claim, 'XCLIENT of a stranger is refused', { codeClasses: [4, 5], closed: true });
      if (claim.kind !== 'reply') return;
      const handOver = (mail: Mail) =>
        patiently(async () => {
          const client = await smtp({ at: 'ready' });
          await client.command(command);
          return transfer(services, client, mail);
        });
      await judge(services, verify, { ...forbidden('xclient'), handOver });
    });

    await variant('PROXY header', async (verify) => {
      const header = `PROXY TCP4 ${other.address} ${lab().addresses.target} 40000 25`;
      const open = async () => {
        const client = await smtp({ preamble: bytes.line(header) });
        // Where the header is a command like others, its refusal is on the way before anything is sent.
        const unasked = await client.connection.watch(services.target.timing.quietMs);
        services.note(unasked.length === 0 ? 'the header is not answered' : 'the header is answered');
        return client;
      };
      const first = await entering(open);
      const isEnded = first?.connection.ended !== undefined;
      first?.connection.close();
      const refused = 'a PROXY header of a stranger is refused';
      if (!first || isEnded) {
        verify.met(refused, first ? 'the connection is closed' : 'turned away');
        return;
      }
      // Who speaks first is turned away by some servers at one visit and not at the next.
      let turnedAway = false;
      const handOver = (mail: Mail) =>
        patiently(async () => {
          const client = await entering(open);
          if (client) return transfer(services, client, mail);
          turnedAway = true;
          return inconclusive('precondition', 'The session with a PROXY header was turned away.');
        });
      try {
        await judge(services, verify, { ...forbidden('proxy'), handOver });
      } catch (ending) {
        if (!turnedAway) throw ending;
        verify.met(refused, 'turned away');
      }
    });

    await variant('header fields', async (verify) => {
      const above = [
        `Received: from x.example (x.example [${other.address}])`,
        `\tby ${services.target.hostname} with ESMTP; Thu, 1 Jan 2026 00:00:00 +0000`,
        `X-Originating-IP: [${other.address}]`,
      ];
      await judge(services, verify, { ...forbidden('fields'), above });
    });
  },
);

async function judge(services: Services, verify: Verify, probe: Probe): Promise<void> {
  services.note(`the client comes from ${clientAddress(services)}`);
  await expectResult(services, verify, await attempt(services, probe), 'fail');
}

/** Undefined where who speaks first is turned away, with a refusal for a greeting or with none. */
async function entering(open: () => Promise<SmtpClient>): Promise<SmtpClient | undefined> {
  try {
    return await open();
  } catch (failure) {
    const isTurnedAway =
      (failure instanceof Inconclusive && failure.why === 'precondition') ||
      failure instanceof ConnectionEnded;
    if (isTurnedAway) return undefined;
    throw failure;
  }
}

/** A transaction on an open connection, which ends with it. */
async function transfer(services: Services, client: SmtpClient, mail: Mail): Promise<Offered> {
  try {
    return await transaction(services, client, mail);
  } finally {
    client.connection.close();
  }
}
