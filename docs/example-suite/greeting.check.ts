import { check } from 'mailspec/check';

export const greetingNamesNoProduct = check(
  {
    id: 'ACME-001',
    slug: 'greeting-names-no-product',
    title: 'The greeting of port 25 names no product and no version',
    sends: 'a connection',
    demands: 'a greeting without the name of a mail server',
    level: 'policy',
    severity: 'low',
    clauses: ['acme-mail-policy#4.2'],
    roles: ['mx'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '5s',
    kills: [],
  },
  async ({ smtp, verify }) => {
    const client = await smtp();
    const text = client.greeting.lines.join(' ');
    await client.quit();
    verify.that(!/postfix|exim|sendmail|haraka|opensmtpd|\d+\.\d+\.\d+/i.test(text), {
      demand: 'the greeting names no product',
      expected: 'a name and ESMTP',
      actual: text,
    });
  },
);
