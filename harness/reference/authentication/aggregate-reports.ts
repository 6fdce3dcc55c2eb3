import { gzipSync } from 'node:zlib';
import { base64, lines } from '../../wire/bytes.ts';
import { headerDate } from '../message/date.ts';
import type { Site } from '../site.ts';
import { newId } from '../smtp/trace.ts';
import type { Lookups } from './lookups.ts';
import { signedReport } from './signing.ts';

/** One message as its row in a report tells it (RFC 9990). */
export interface Evaluated {
  /** Domain whose record was applied, and the text of the record. */
  readonly policyDomain: string;
  readonly record: string;
  readonly author: string;
  readonly clientAddress: string;
  readonly disposition: 'none' | 'quarantine' | 'reject';
  /** Whether an aligned identifier passed. */
  readonly dkim: 'pass' | 'fail';
  readonly spf: 'pass' | 'fail';
}

/** Collects what was evaluated and tells the domains that want to know. */
export interface Reporter {
  note(evaluated: Evaluated): void;
  /** Gives up what was not told yet. */
  close(): void;
}

const LINE = 76;

/**
 * Sends aggregate reports, the first one this long after the first message of a domain; longer on real
 * servers, which report once a day (RFC 9989 §5.3.8).
 */
export function createReporter(site: () => Site, lookups: Lookups, afterMs: number): Reporter {
  const pending = new Map<string, Evaluated[]>();
  const timers = new Set<NodeJS.Timeout>();
  return {
    note(evaluated) {
      const rows = pending.get(evaluated.policyDomain);
      if (rows) {
        rows.push(evaluated);
        return;
      }
      pending.set(evaluated.policyDomain, [evaluated]);
      const timer = setTimeout(() => {
        timers.delete(timer);
        const collected = pending.get(evaluated.policyDomain) ?? [];
        pending.delete(evaluated.policyDomain);
        // A report that cannot be delivered is given up, as the next day brings another one.
        tell(site(), lookups, collected).catch(() => undefined);
      }, afterMs);
      timers.add(timer);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

async function tell(site: Site, lookups: Lookups, rows: readonly Evaluated[]): Promise<void> {
  const [first] = rows;
  if (!first || !site.relay || site.faulty('dmarc-reports-unsent')) return;
  const addresses = /(?:^|;)\s*rua\s*=\s*([^;]+)/i.exec(first.record)?.[1]?.split(',') ?? [];
  for (const uri of addresses) {
    const address = /^\s*mailto:([^!\s]+)/i.exec(uri)?.[1];
    if (address === undefined || !(await mayBeTold(site, lookups, first.policyDomain, address))) continue;
    const report = signedReport(site, aggregateReport(site, address, rows));
    await site.relay({ sender: `dmarc@${site.domain}`, recipients: [address], smtpUtf8: false }, report);
  }
}

/** An address in another domain has to agree (RFC 9990, Verifying External Destinations). */
async function mayBeTold(
  site: Site,
  { resolve }: Lookups,
  domain: string,
  address: string,
): Promise<boolean> {
  const host = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (host === domain || host.endsWith(`.${domain}`) || domain.endsWith(`.${host}`)) return true;
  if (site.faulty('dmarc-reports-to-strangers')) return true;
  const records = await resolve(`${domain}._report._dmarc.${host}`, 'TXT').catch(() => []);
  return records.some((record) => /^v=DMARC1\b/.test([record].flat().join('')));
}

function aggregateReport(site: Site, recipient: string, rows: readonly Evaluated[]): Buffer {
  const [{ policyDomain = '', record = '' } = {}] = rows;
  const id = newId();
  const end = Math.floor(Date.now() / 1000);
  const tag = (name: string) => new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*(\\w+)`, 'i').exec(record)?.[1] ?? '';
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
<report_metadata><org_name>${site.domain}</org_name><email>dmarc@${site.domain}</email><report_id>${id}</report_id>
<date_range><begin>${end - 86_400}</begin><end>${end}</end></date_range></report_metadata>
<policy_published><domain>${policyDomain}</domain><p>${tag('p')}</p></policy_published>
${rows.map(rowOf).join('\n')}
</feedback>
`;
  const packed = base64(gzipSync(xml)).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const file = `${site.domain}!${policyDomain}!${end - 86_400}!${end}.xml.gz`;
  return lines(
    `From: <dmarc@${site.domain}>`,
    `To: <${recipient}>`,
    `Subject: Report Domain: ${policyDomain} Submitter: ${site.domain} Report-ID: <${id}>`,
    `Date: ${headerDate(new Date())}`,
    `Message-ID: <${id}@${site.hostname}>`,
    'MIME-Version: 1.0',
    `Content-Type: application/gzip; name="${file}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${file}"`,
    '',
    ...packed,
  );
}

function rowOf({ clientAddress, disposition, dkim, spf, author }: Evaluated): string {
  return `<record><row><source_ip>${clientAddress}</source_ip><count>1</count><policy_evaluated><disposition>${disposition}</disposition><dkim>${dkim}</dkim><spf>${spf}</spf></policy_evaluated></row><identifiers><header_from>${author}</header_from></identifiers></record>`;
}
