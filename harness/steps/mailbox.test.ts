import { describe, expect, test } from 'vitest';
import type { Services } from '../check/services.ts';
import { createBench } from '../engine/create-bench.ts';
import { evaluate } from '../engine/evaluate.ts';
import { checkOf } from '../engine/testing/definition.ts';
import { openBenchLab } from '../lab/check-lab.ts';
import { startReferenceInLab } from '../reference/in-lab/reference-lab.ts';
import type { ReferenceCapability } from '../reference/options.ts';
import { lines } from '../wire/bytes.ts';

/** Runs a body against the reference in its lab. */
async function onReference(
  body: (services: Services) => Promise<void>,
  without: readonly ReferenceCapability[] = [],
): Promise<string> {
  const { server, access, close } = await startReferenceInLab({ without });
  try {
    const check = checkOf(body, { roles: ['mx'], needs: ['account', 'mailbox', 'dns'], budget: '20s' });
    const bench = createBench({
      target: server.target,
      lab: openBenchLab(access),
      runId: 't',
      evidenceFolder: null,
    });
    const { verdict, reason } = await evaluate(check, bench);
    return `${verdict}: ${reason}`;
  } finally {
    await close();
  }
}

/** An author whose SPF record names the first vantage. */
async function published({ lab, nonce }: Services, record: (address: string) => string) {
  const world = lab();
  const domain = world.domain('author');
  const [vantage] = world.vantages;
  await world.dns.publish(domain, [{ name: domain, type: 'TXT', data: record(vantage?.address ?? '') }]);
  const content = lines(
    `From: <a@${domain}>`,
    'Subject: probe',
    `Message-ID: <${nonce}@${domain}>`,
    '',
    'text',
  );
  return { domain, content };
}

describe('a message handed in', () => {
  test.each([
    ['by IMAP', []],
    ['by POP3', ['imap', 'imaps']],
  ] as const)('is found again %s, with the results that the target recorded', async (_way, without) => {
    const outcome = await onReference(async (services) => {
      const { verify, offer, inMailbox, nonce } = services;
      const { domain, content } = await published(services, (address) => `v=spf1 ip4:${address} -all`);
      const offered = await offer({ sender: `a@${domain}`, content });
      verify.that(offered.disposition === 'accepted', {
        demand: 'taken',
        expected: 'accepted',
        actual: offered.line,
      });
      const stored = await inMailbox({ token: nonce, sent: content });
      verify.that(stored?.mailbox === 'INBOX', {
        demand: 'in INBOX',
        expected: 'INBOX',
        actual: String(stored?.mailbox),
      });
      const results = stored?.results
        .map(({ field, method, result }) => `${field} ${method}=${result}`)
        .join(', ');
      verify.that(
        results ===
          'Authentication-Results spf=pass, Authentication-Results spf=none, Authentication-Results dkim=none, Authentication-Results dmarc=none, Received-SPF spf=pass',
        { demand: 'results', expected: 'spf=pass', actual: String(results) },
      );
    }, without);
    expect(outcome).toMatch(/^pass/);
  });

  test('that the author asks to refuse is refused, and one to quarantine goes to Junk', async () => {
    const outcome = await onReference(async (services) => {
      const { verify, offer, inMailbox, nonce, lab } = services;
      const { domain, content } = await published(services, () => 'v=spf1 -all');
      const ask = (policy: string) =>
        lab().dns.publish(`_dmarc.${domain}`, [
          { name: `_dmarc.${domain}`, type: 'TXT', data: `v=DMARC1; p=${policy}` },
        ]);
      await ask('reject');
      const refused = await offer({ sender: `a@${domain}`, content });
      verify.that(refused.disposition === 'rejected', {
        demand: 'refused',
        expected: '550',
        actual: refused.line,
      });
      await ask('quarantine');
      await offer({ sender: `a@${domain}`, content });
      const stored = await inMailbox({ token: nonce, sent: content });
      verify.that(stored?.mailbox === 'Junk', {
        demand: 'in Junk',
        expected: 'Junk',
        actual: String(stored?.mailbox),
      });
    });
    expect(outcome).toMatch(/^pass/);
  });

  test('that never arrives is null in the end', async () => {
    const outcome = await onReference(async ({ verify, inMailbox, nonce }) => {
      const stored = await inMailbox({ token: nonce, sent: Buffer.alloc(0), withinMs: 300 });
      verify.that(stored === null, { demand: 'nothing', expected: 'null', actual: String(stored) });
    });
    expect(outcome).toMatch(/^pass/);
  });

  test('of a user goes by submission', async () => {
    const outcome = await onReference(async ({ verify, offer, account, nonce }) => {
      const content = lines(
        `From: <${account().address}>`,
        'Subject: probe',
        `Message-ID: <${nonce}@a.test>`,
        '',
        'x',
      );
      const offered = await offer({ sender: account().address, content, as: account() });
      verify.that(offered.code === 250, { demand: 'taken', expected: '250', actual: offered.line });
    });
    expect(outcome).toMatch(/^pass/);
  });
});
